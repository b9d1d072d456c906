//! What indirect relationships are made up of, as ids of the records that are written: their own ids, and those of the records
//! of their source, lead to the relationships that are written.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    formats::{
        bods::ids::{OWN_RECORD_PREFIX, record_id},
        export::Selection,
    },
    model::Relationship,
};

/// What the relationships of a selection are made up of. Holds no more than what is named as a component.
#[derive(Default)]
pub(in crate::formats::bods) struct Components {
    /// The ids of relationships, by the name they have as a component: their own id, or that of their record.
    relationships: BTreeMap<String, Vec<String>>,
    /// Those ids of relationships.
    ids: BTreeSet<String>,
    /// The names that are ids of entities.
    entities: BTreeSet<String>,
    /// Whether there is any.
    is_empty: bool,
}

impl Components {
    /// What the chosen relationships are made up of, as far as `is_written` says that it is written.
    pub(in crate::formats::bods) fn of(selection: &Selection, is_written: impl Fn(&Relationship) -> bool) -> Self {
        let named = selection
            .relationships()
            .flat_map(|relationship| relationship.components);
        let named: BTreeSet<String> = named.collect();
        let mut components = Self {
            is_empty: named.is_empty(),
            ..Self::default()
        };
        if components.is_empty {
            return components;
        }
        for relationship in selection.relationships() {
            let own = named.get(&relationship.id);
            let record = relationship.record.as_ref().and_then(|record| named.get(record));
            if (own.is_some() || record.is_some()) && is_written(&relationship) {
                for name in [own, record].into_iter().flatten() {
                    let leads_to = components.relationships.entry(name.clone()).or_default();
                    leads_to.push(relationship.id.clone());
                }
            }
        }
        // The id of a relationship takes precedence over that of a record.
        for (name, leads_to) in &mut components.relationships {
            if leads_to.contains(name) {
                *leads_to = vec![name.clone()];
            }
        }
        components.ids = components.relationships.values().flatten().cloned().collect();
        components.entities = named
            .into_iter()
            .filter(|name| selection.kind_of(name).is_some())
            .collect();
        components
    }

    /// Whether no relationship has components.
    pub(in crate::formats::bods) fn is_empty(&self) -> bool {
        self.is_empty
    }

    /// Whether another relationship is made up of the one with this id.
    pub(in crate::formats::bods) fn contains(&self, id: &str) -> bool {
        self.ids.contains(id)
    }

    /// The ids of the records of these components. One that is not written here keeps the name it has.
    pub(in crate::formats::bods) fn records(&self, components: &[String]) -> Vec<String> {
        let mut records: Vec<String> = Vec::new();
        for component in components {
            let named = match self.relationships.get(component) {
                Some(ids) => ids.iter().map(|id| format!("{OWN_RECORD_PREFIX}{id}")).collect(),
                None if self.entities.contains(component) => vec![record_id(component)],
                None if component.starts_with(OWN_RECORD_PREFIX) => vec![format!("{OWN_RECORD_PREFIX}{component}")],
                None => vec![component.clone()],
            };
            for record in named {
                if !records.contains(&record) {
                    records.push(record);
                }
            }
        }
        records
    }
}
