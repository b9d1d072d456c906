//! GraphML, as Gephi, yEd, Cytoscape and networkx read it: typed keys, one edge for each relationship.

use std::io::{self, Write};

use quick_xml::{
    Writer,
    events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event},
};

use super::{ExportSummary, Selection};
use crate::model::{Amount, Catalog, Ends, Entity, PartialDate, Relationship, Share, disputed};

/// The attributes of nodes and edges: name and type.
type Keys = &'static [(&'static str, &'static str)];

const GRAPH_KEYS: Keys = &[("title", "string"), ("description", "string"), ("licence", "string")];

const NODE_KEYS: Keys = &[
    ("kind", "string"),
    ("name", "string"),
    ("names", "string"),
    ("description", "string"),
    ("country", "string"),
    ("identifiers", "string"),
    ("status", "string"),
    ("founded", "string"),
    ("dissolved", "string"),
    ("starts_on", "string"),
    ("ends_on", "string"),
    ("website", "string"),
    ("undisclosed", "boolean"),
    ("properties", "string"),
];

const EDGE_KEYS: Keys = &[
    ("kind", "string"),
    ("symmetric", "boolean"),
    ("status", "string"),
    ("role", "string"),
    ("since", "string"),
    ("until", "string"),
    ("ended_by", "string"),
    ("interest", "string"),
    ("directness", "string"),
    ("components", "string"),
    ("record", "string"),
    ("share", "string"),
    ("share_min", "double"),
    ("share_max", "double"),
    ("share_of", "string"),
    ("amount", "double"),
    ("currency", "string"),
    ("amount_of", "string"),
    ("capabilities", "string"),
    ("disputed", "boolean"),
    ("sources", "string"),
    ("properties", "string"),
    ("recorded_at", "string"),
];

/// Writes GraphML. Every edge is directed, since readers refuse a mixture; those of symmetric kinds say so. Several texts stand
/// in one value with `; ` between them; properties are JSON.
///
/// GraphML cannot hold, and counts as left out: relationships with an unknown end, since an edge has two; statements, of which
/// an edge names only the sources; sources themselves; kind, language and script of other names. Characters that XML cannot
/// hold become U+FFFD.
///
/// # Errors
/// What writing to `out` fails with.
pub fn write(selection: &Selection, out: &mut impl Write) -> io::Result<ExportSummary> {
    let mut summary = ExportSummary::default();
    let mut xml = Xml {
        writer: Writer::new(out),
    };
    xml.begin(selection)?;
    for _ in selection.sources() {
        summary.leave_out("what is known of a source beside its id");
    }
    for entity in selection.entities() {
        for _ in &entity.names {
            summary.leave_out("kind, language and script of a name");
        }
        xml.node(&entity)?;
        summary.entities += 1;
    }
    for relationship in selection.relationships() {
        let Ends::Known { from, to } = &relationship.ends else {
            summary.leave_out("relationship with an unknown end");
            continue;
        };
        for _ in &relationship.evidence {
            summary.leave_out("what a statement says beside its source");
        }
        xml.edge(&relationship, from, to)?;
        summary.relationships += 1;
    }
    xml.end()?;
    Ok(summary)
}

/// XML that is being written.
struct Xml<W> {
    writer: Writer<W>,
}

impl<W: Write> Xml<W> {
    fn begin(&mut self, selection: &Selection) -> io::Result<()> {
        self.event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
        self.open("graphml", &[("xmlns", "http://graphml.graphdrawing.org/xmlns")])?;
        for (of, keys) in [("graph", GRAPH_KEYS), ("node", NODE_KEYS), ("edge", EDGE_KEYS)] {
            for (name, kind) in keys {
                let id = format!("{of}_{name}");
                let attributes = [
                    ("id", id.as_str()),
                    ("for", of),
                    ("attr.name", name),
                    ("attr.type", kind),
                ];
                let key = BytesStart::new("key").with_attributes(attributes);
                self.event(Event::Text(BytesText::new("\n")))?;
                self.event(Event::Empty(key))?;
            }
        }
        self.open("graph", &[("edgedefault", "directed")])?;
        self.data("graph_title", Some(selection.title()))?;
        self.data("graph_description", selection.description())?;
        self.data("graph_licence", selection.licence())
    }

    fn node(&mut self, entity: &Entity) -> io::Result<()> {
        self.open("node", &[("id", &entity.id)])?;
        self.data("node_kind", Some(entity.kind.as_str()))?;
        self.data("node_name", Some(&entity.name))?;
        self.data(
            "node_names",
            joined(entity.names.iter().map(|name| name.text.clone())).as_deref(),
        )?;
        self.data("node_description", entity.description.as_deref())?;
        self.data("node_country", entity.country.as_deref())?;
        let identifiers = entity.identifiers.iter();
        let identifiers = identifiers.map(|known| format!("{}:{}", known.scheme, known.value));
        self.data("node_identifiers", joined(identifiers).as_deref())?;
        self.data("node_status", Some(entity.status.as_str()))?;
        for (key, date) in [
            ("node_founded", entity.founded),
            ("node_dissolved", entity.dissolved),
            ("node_starts_on", entity.starts_on),
            ("node_ends_on", entity.ends_on),
        ] {
            self.date(key, date)?;
        }
        self.data("node_website", entity.website.as_deref())?;
        self.data("node_undisclosed", entity.undisclosed.then_some("true"))?;
        self.properties("node_properties", entity.properties.as_ref())?;
        self.close("node")
    }

    fn edge(&mut self, relationship: &Relationship, from: &str, to: &str) -> io::Result<()> {
        self.open("edge", &[("id", &relationship.id), ("source", from), ("target", to)])?;
        let kind = relationship.kind;
        self.data("edge_kind", Some(kind.as_str()))?;
        self.data(
            "edge_symmetric",
            Some(if kind.is_symmetric() { "true" } else { "false" }),
        )?;
        self.data("edge_status", Some(relationship.status.as_str()))?;
        self.data("edge_role", relationship.role.as_deref())?;
        self.date("edge_since", relationship.validity.since())?;
        self.date("edge_until", relationship.validity.until())?;
        self.date(
            "edge_ended_by",
            relationship.validity.stated_ended_by().map(PartialDate::from),
        )?;
        self.data("edge_interest", relationship.interest.map(Catalog::as_str))?;
        let directness = Some(relationship.directness).filter(|directness| !directness.is_unknown());
        self.data("edge_directness", directness.map(Catalog::as_str))?;
        self.data(
            "edge_components",
            joined(relationship.components.iter().cloned()).as_deref(),
        )?;
        self.data("edge_record", relationship.record.as_deref())?;
        if let Some(share) = &relationship.share {
            self.share(share)?;
        }
        if let Some(amount) = &relationship.amount {
            self.amount(amount)?;
        }
        let capabilities = relationship.capabilities.iter();
        let capabilities = capabilities.map(|capability| capability.to_string());
        self.data("edge_capabilities", joined(capabilities).as_deref())?;
        let is_disputed = disputed(&relationship.evidence);
        self.data("edge_disputed", Some(if is_disputed { "true" } else { "false" }))?;
        let mut sources: Vec<String> = relationship
            .evidence
            .iter()
            .map(|statement| statement.source.clone())
            .collect();
        sources.sort_unstable();
        sources.dedup();
        self.data("edge_sources", joined(sources.into_iter()).as_deref())?;
        self.properties("edge_properties", relationship.properties.as_ref())?;
        self.data("edge_recorded_at", Some(&relationship.recorded_at.to_string()))?;
        self.close("edge")
    }

    fn share(&mut self, Share { range, of }: &Share) -> io::Result<()> {
        self.data("edge_share", Some(&range.to_string()))?;
        self.data("edge_share_min", Some(&range.min.to_string()))?;
        self.data("edge_share_max", Some(&range.max.to_string()))?;
        self.data("edge_share_of", Some(of.as_str()))
    }

    fn amount(&mut self, Amount { value, currency, of }: &Amount) -> io::Result<()> {
        self.data("edge_amount", Some(&value.to_string()))?;
        self.data("edge_currency", Some(currency.as_str()))?;
        self.data("edge_amount_of", of.as_deref())
    }

    fn end(&mut self) -> io::Result<()> {
        self.close("graph")?;
        self.close("graphml")?;
        self.event(Event::Text(BytesText::new("\n")))
    }

    fn date(&mut self, key: &str, date: Option<PartialDate>) -> io::Result<()> {
        self.data(key, date.map(|date| date.to_string()).as_deref())
    }

    fn properties(
        &mut self,
        key: &str,
        properties: Option<&serde_json::Map<String, serde_json::Value>>,
    ) -> io::Result<()> {
        let text = properties.map(serde_json::to_string).transpose()?;
        self.data(key, text.as_deref())
    }

    /// A value, where there is one.
    fn data(&mut self, key: &str, value: Option<&str>) -> io::Result<()> {
        let Some(value) = value else { return Ok(()) };
        self.event(Event::Start(BytesStart::new("data").with_attributes([("key", key)])))?;
        // Readers make an end of line of every carriage return that is written as such.
        let escaped = quick_xml::escape::escape(xml_text(value)).replace('\r', "&#13;");
        self.event(Event::Text(BytesText::from_escaped(escaped)))?;
        self.event(Event::End(BytesEnd::new("data")))
    }

    /// An element on a line of its own.
    fn open(&mut self, name: &str, attributes: &[(&str, &str)]) -> io::Result<()> {
        let mut element = BytesStart::new(name);
        for (name, value) in attributes {
            element.push_attribute((*name, &*xml_text(value)));
        }
        self.event(Event::Text(BytesText::new("\n")))?;
        self.event(Event::Start(element))
    }

    fn close(&mut self, name: &str) -> io::Result<()> {
        self.event(Event::End(BytesEnd::new(name)))
    }

    fn event(&mut self, event: Event<'_>) -> io::Result<()> {
        self.writer.write_event(event)
    }
}

/// A text with nothing in it that XML 1.0 cannot hold.
fn xml_text(text: &str) -> String {
    let is_foreign = |letter: char| matches!(letter, '\u{0}'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}');
    text.replace(is_foreign, "\u{fffd}")
}

/// Several texts in one; none where there are none.
fn joined(texts: impl Iterator<Item = String>) -> Option<String> {
    let texts: Vec<String> = texts.collect();
    (!texts.is_empty()).then(|| texts.join("; "))
}
