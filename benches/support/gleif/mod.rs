//! A GLEIF golden copy of any size, as it is published: three CSV files with every column of the format, every cell quoted, in
//! the order of LEIs. The same size and seed give the same bytes. Nothing in it is real but codes and names of columns.

mod columns;
mod companies;
mod countries;
mod groups;
mod lei;
mod parents;
mod row;

// Companies of the other generator have records of their own.
#[path = "../names.rs"]
#[expect(dead_code, reason = "the names alone are used here")]
mod names;

use std::{
    fs::{self, File},
    io::{BufWriter, Write as _},
    path::{Path, PathBuf},
};

use fastrand::Rng;

use self::{companies::Companies, groups::Groups, lei::Lei, row::Row};

/// The numbers of companies, relationships and exceptions that GLEIF published in September 2026.
pub(crate) const PUBLISHED: [usize; 3] = [3_428_477, 487_721, 6_351_397];

/// The files of a golden copy, with the number of records in each.
pub(crate) struct Files {
    /// LEI records.
    pub(crate) lei: PathBuf,
    /// Relationship records.
    pub(crate) rr: PathBuf,
    /// Reporting exceptions.
    pub(crate) repex: PathBuf,
    /// The number of LEI records.
    pub(crate) companies: usize,
    /// The number of relationship records.
    pub(crate) relationships: usize,
    /// The number of exceptions.
    pub(crate) exceptions: usize,
}

/// Writes a golden copy of this many companies to a folder, with a proportional number of relationships and exceptions: about
/// 1.6 GB for a million companies. Meanwhile each company takes 40 bytes in memory.
pub(crate) fn write(dir: &Path, companies: usize, seed: u64) -> Files {
    fs::create_dir_all(dir).expect("the folder can be created");
    let mut rng = Rng::with_seed(seed);
    let [relationships, exceptions] = [share(companies, PUBLISHED[1]), share(companies, PUBLISHED[2])];
    let leis = Lei::sorted(companies, &mut rng);
    let groups = Groups::new(companies, relationships, exceptions, &mut rng);
    let register = Companies::new(&mut rng);
    let path = |part: &str| dir.join(format!("20260901-0000-gleif-goldencopy-{part}-golden-copy.csv"));
    let files = Files {
        lei: path("lei2"),
        rr: path("rr"),
        repex: path("repex"),
        companies,
        relationships,
        exceptions,
    };
    let mut out = Out::create(&files.lei, &columns::companies());
    for number in 0..companies {
        register.write(number, &leis, &groups, &mut rng, out.row());
        out.end();
    }
    out.finish(companies);
    let mut out = Out::create(&files.rr, &columns::relationships());
    for link in &groups.links {
        parents::write_relationship(link, &leis, &mut rng, out.row());
        out.end();
    }
    out.finish(relationships);
    let mut out = Out::create(&files.repex, &columns::exceptions());
    // As published: first the direct parents of all, then the ultimate ones.
    for (level, excepted) in groups.excepted.iter().enumerate() {
        for number in (0..companies).filter(|number| excepted[*number]) {
            parents::write_exception(leis[number], level, &mut rng, out.row());
            out.end();
        }
    }
    out.finish(exceptions);
    files
}

/// The part of `published` that corresponds to `companies` of all companies, rounded.
fn share(companies: usize, published: usize) -> usize {
    (companies * published + PUBLISHED[0] / 2) / PUBLISHED[0]
}

/// A random one of these.
fn one<T: Copy>(of: &[T], rng: &mut Rng) -> T {
    of[rng.usize(..of.len())]
}

/// A random one of these, by weight.
fn pick<T: Copy>(of: &[(T, u32)], rng: &mut Rng) -> T {
    let total: u32 = of.iter().map(|(_, weight)| *weight).sum();
    let mut rest = rng.u32(..total);
    for (chosen, weight) in of {
        if rest < *weight {
            return *chosen;
        }
        rest -= weight;
    }
    unreachable!("the number is below the sum of the weights")
}

/// A file written row by row.
struct Out {
    file: BufWriter<File>,
    row: Row,
    rows: usize,
}

impl Out {
    /// A file with these columns.
    fn create(path: &Path, columns: &[String]) -> Self {
        let file = File::create(path).expect("the file can be written");
        let mut out = Self {
            file: BufWriter::with_capacity(1 << 20, file),
            row: Row::default(),
            rows: 0,
        };
        for column in columns {
            out.row.cell(column);
        }
        out.end();
        out
    }

    /// The next row.
    fn row(&mut self) -> &mut Row {
        &mut self.row
    }

    /// Ends the row.
    fn end(&mut self) {
        self.row.end(&mut self.file).expect("the disk has room");
        self.rows += 1;
    }

    /// Ends the file, which must have this many rows below its header.
    fn finish(mut self, rows: usize) {
        assert_eq!(self.rows, rows + 1);
        self.file.flush().expect("the disk has room");
    }
}
