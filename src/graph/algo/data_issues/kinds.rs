//! The kinds of data issues and how bad they are.

use crate::model::catalog;

catalog! {
    /// What may be wrong with the data. The checks look at what the view sees: ask with `ever: true` for all times.
    pub enum DataIssueKind as "a kind of data issue" {
        /// Holders that together have over 100 % of one basis (capital, votes or profit) of an entity at the same time, taking
        /// the low ends of their shares. Concurrent OWNS between the same two count once, with the lowest of their low ends; a
        /// disputed or unknown share has the low end 0; holders that are not disclosed are left out, as they may be among those
        /// that are. Indirect claims do not count, nor do those of which nobody says when they ended. Only ACTIVE relationships
        /// unless the view names statuses.
        SharesOver100 = "SHARES_OVER_100",
        /// An indirect claim and the chain that it sums up do not meet: what its holder has of a company through others, computed
        /// along two or more direct claims of the same basis, lies outside what the claim allows. ultimateOwners then goes by the
        /// chain. Only ACTIVE relationships unless the view names statuses; under `ever`, they may stem from different times.
        IndirectMismatch = "INDIRECT_MISMATCH",
        /// Entities that own, control or consolidate each other in a circle, or themselves. One issue for all that are in circles
        /// together, however many circles there are. Under `ever`, the relationships may stem from different times. Only ACTIVE
        /// relationships unless the view names statuses.
        OwnershipCycle = "OWNERSHIP_CYCLE",
        /// An entity that was dissolved, and relationships that hold after that; or one that is INACTIVE since no stated day, and
        /// relationships without an end. A dissolution after the day of the view, or under `ever` after today, has not come.
        /// SUCCEEDED_BY and PAID are not meant. Only ACTIVE relationships unless the view names statuses.
        DissolvedParty = "DISSOLVED_PARTY",
        /// An identifier of the scheme lei that is none: not 20 letters and digits, or check digits that do not fit
        /// (ISO 17442, ISO 7064 MOD 97-10).
        InvalidLei = "INVALID_LEI",
        /// Dates that cannot be, however imprecise they are: an end before its beginning, a relationship before one of its ends
        /// was founded or outside the days of its event, something recorded before it happened or was said. A relationship that
        /// ends before it begins is told whatever the day of the view, as its dates place it on none.
        ImpossibleDates = "IMPOSSIBLE_DATES",
        /// One identifier of several entities, however they write it (HRB 1234, hrb-1234): a value stands for one entity in its
        /// scheme.
        DuplicateIdentifier = "DUPLICATE_IDENTIFIER",
        /// Sources that contradict each other about one relationship: one asserts and another contradicts it, or their shares do
        /// not meet, or their amounts differ.
        Disputed = "DISPUTED",
        /// Entities of one kind with the same name, apart from case, width, punctuation and legal form, in countries that do not
        /// differ. The name is the main or the legal name of at least one of them; former names do not count. Entities that all
        /// have LEIs or legal forms of their own are taken for different, and so are parties that are not disclosed.
        ProbableDuplicate = "PROBABLE_DUPLICATE",
        /// A relationship that no source supports, or only one, and that one weakly: the claim is RUMOURED or REPORTED, the
        /// source's confidence is below 0.5, it has no date, or it cannot be looked up (neither a locator nor a link). To support
        /// is to assert or to assess.
        WeakEvidence = "WEAK_EVIDENCE",
        /// A reference to what is not known: of a relationship that waits for an entity, since no file and no record describes it
        /// yet, or to a component of an indirect interest. Whatever describes it may be imported later, in any order.
        UnresolvedReference = "UNRESOLVED_REFERENCE",
        /// An entity of which nothing is said: it stands in no relationship, on whatever day, and nobody quotes it.
        Unmentioned = "UNMENTIONED",
    }
}

catalog! {
    /// How bad an issue is.
    pub enum Severity as "a severity" {
        /// It cannot be right.
        Error = "ERROR",
        /// Something is probably wrong or missing.
        Warning = "WARNING",
        /// It may well be right; worth a look.
        Notice = "NOTICE",
    }
}

catalog! {
    /// In which way a relationship is weakly supported.
    pub enum Weakness as "a weakness" {
        /// No source asserts or assesses it.
        Unsupported = "UNSUPPORTED",
        /// It is RUMOURED or REPORTED.
        Unconfirmed = "UNCONFIRMED",
        /// The source's confidence is low.
        Doubtful = "DOUBTFUL",
        /// Neither the statement nor its source has a date.
        Undated = "UNDATED",
        /// Neither a place in the source nor a link to it is given.
        Untraceable = "UNTRACEABLE",
    }
}
