//! What is exported: the whole graph or the surroundings of some entities, as a view shows it. Whatever the chosen records refer
//! to is chosen as well, so that no export refers to nothing.

use std::{collections::BTreeSet, sync::Arc};

use crate::{
    graph::{
        Budget, Direction, EntityIx, Exhausted, Mask, Pattern, RelationshipIx, Snapshot, SourceIx, Step, Traversal,
        Walker,
        algo::{NeighborhoodBounds, neighborhood},
    },
    model::{AsOf, Entity, EntityKind, Relationship, RelationshipKind, RequestedView, Set, Source, Timestamp, View},
};

/// What is exported, in the order of ids.
#[derive(Debug, Clone)]
pub struct Selection {
    graph: Snapshot,
    view: View,
    mask: Mask,
    /// What was chosen; none for everything.
    subset: Option<Arc<Subset>>,
}

/// Some records of a graph.
#[derive(Debug)]
struct Subset {
    entities: BTreeSet<EntityIx>,
    relationships: BTreeSet<RelationshipIx>,
    sources: BTreeSet<SourceIx>,
}

/// The surroundings of some entities.
#[derive(Debug, Clone)]
pub struct Surroundings {
    /// Their ids.
    pub entities: Vec<String>,
    /// How many steps away.
    pub depth: usize,
    /// In which direction the steps lead.
    pub direction: Direction,
    /// Over relationships of these kinds. The surroundings go through no place and no market.
    pub kinds: Set<RelationshipKind>,
}

/// Why there is nothing to export.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SelectionError {
    /// There is nothing to begin at.
    #[error("there is no entity {id:?}, or it was not known then")]
    Unknown {
        /// The id.
        id: String,
    },
    /// It was stopped.
    #[error(transparent)]
    Exhausted(#[from] Exhausted),
}

impl Selection {
    /// Everything that this view shows.
    #[must_use]
    pub fn of(graph: &Snapshot, view: &View) -> Self {
        let mask = graph.mask(view);
        Self {
            graph: graph.known_to(&mask),
            view: *view,
            mask,
            subset: None,
        }
    }

    /// The view that hides nothing: whatever held at any time, with every status, as known at `now`.
    #[must_use]
    pub fn everything(now: Timestamp) -> View {
        View {
            as_of: AsOf::Ever,
            known_at: now,
            statuses: Set::all(),
            has_explicit_statuses: true,
        }
    }

    /// The surroundings of some entities: the entities within `depth` steps, the relationships between them that the steps follow,
    /// and those of them whose other end is unknown. Also who is quoted about them, and the sources.
    ///
    /// # Errors
    /// [`SelectionError`] for an id that the view does not know, and when the budget is used up.
    pub fn around(
        graph: &Snapshot,
        view: &View,
        around: &Surroundings,
        budget: &Budget,
    ) -> Result<Self, SelectionError> {
        let all = Self::of(graph, view);
        let (graph, mask) = (&all.graph, all.mask);
        let starts = around.entities.iter().map(|id| {
            let unknown = || SelectionError::Unknown { id: id.clone() };
            // An argument names the thing, whatever view its id came with.
            let (key, _) = RequestedView::of_id(id);
            graph.entity_by_id(key, &mask).ok_or_else(unknown)
        });
        let starts: Vec<EntityIx> = starts.collect::<Result<_, _>>()?;
        let mut traversal = Traversal::standard();
        traversal.step = Step {
            kinds: around.kinds,
            direction: around.direction,
            share_at_least: None,
        };
        let bounds = NeighborhoodBounds {
            depth_max: around.depth,
            entities_max: usize::MAX,
            relationships_max: usize::MAX,
        };
        let found = neighborhood(&Walker::new(graph, mask, budget), &traversal, &starts, bounds)?;
        let mut subset = Subset {
            entities: found.entities.into_iter().map(|(entity, _)| entity).collect(),
            relationships: found.relationships.into_iter().collect(),
            sources: BTreeSet::new(),
        };
        let pattern = Pattern {
            kinds: around.kinds,
            direction: around.direction,
            ..Pattern::any()
        };
        for entity in &subset.entities {
            let undisclosed = graph.undisclosed(*entity, mask);
            subset
                .relationships
                .extend(undisclosed.filter(|relationship| pattern.fits_undisclosed(graph, *entity, *relationship)));
        }
        subset.add_references(graph);
        Ok(Self {
            subset: Some(Arc::new(subset)),
            ..all
        })
    }

    /// What the data is called.
    #[must_use]
    pub fn title(&self) -> &str {
        self.graph.title()
    }

    /// What the data holds, in words.
    #[must_use]
    pub fn description(&self) -> Option<&str> {
        self.graph.description()
    }

    /// Under which licence the data may be used.
    #[must_use]
    pub fn licence(&self) -> Option<&str> {
        self.graph.licence()
    }

    /// When the data was first recorded.
    #[must_use]
    pub fn began_at(&self) -> Timestamp {
        self.graph.began_at()
    }

    /// The view. Its `known_at` is not later than the last change, so that the same graph is always exported alike.
    #[must_use]
    pub fn view(&self) -> View {
        View {
            known_at: self.view.known_at.min(self.graph.last_recorded_at()),
            ..self.view
        }
    }

    /// The entities.
    pub fn entities(&self) -> impl Iterator<Item = Entity> {
        let all = self.subset.is_none().then(|| self.graph.entities(&self.mask));
        let some = self.subset.iter().flat_map(|subset| subset.entities.iter().copied());
        let entities = all.into_iter().flatten().chain(some);
        entities.map(|ix| self.graph.entity(ix).record())
    }

    /// The relationships, each with its evidence. None is retracted: what was taken back later was not known to be.
    pub fn relationships(&self) -> impl Iterator<Item = Relationship> {
        let all = self.subset.is_none().then(|| self.graph.relationships(self.mask));
        let some = self
            .subset
            .iter()
            .flat_map(|subset| subset.relationships.iter().copied());
        let relationships = all.into_iter().flatten().chain(some);
        relationships.map(|ix| Relationship {
            retracted_at: None,
            ..self.graph.relationship(ix).record()
        })
    }

    /// The sources.
    pub fn sources(&self) -> impl Iterator<Item = Source> {
        let all = self.subset.is_none().then(|| self.graph.sources(&self.mask));
        let some = self.subset.iter().flat_map(|subset| subset.sources.iter().copied());
        let sources = all.into_iter().flatten().chain(some);
        sources.map(|ix| self.graph.source(ix).record())
    }

    /// The chosen relationships of this kind that begin at an entity, in the order of ids.
    #[must_use]
    pub fn relationships_from(&self, entity: &str, kind: RelationshipKind) -> Vec<Relationship> {
        let Some(entity) = self.graph.entity_by_id(entity, &self.mask) else {
            return Vec::new();
        };
        let pattern = Pattern {
            kinds: Set::of(&[kind]),
            ..Pattern::in_direction(Direction::Outgoing)
        };
        let hops = self.graph.hops(entity, pattern, self.mask).map(|hop| hop.relationship);
        let is_chosen = |relationship: &RelationshipIx| {
            let subset = self.subset.as_ref();
            subset.is_none_or(|subset| subset.relationships.contains(relationship))
        };
        let chosen: BTreeSet<RelationshipIx> = hops.filter(is_chosen).collect();
        let record = |ix| Relationship {
            retracted_at: None,
            ..self.graph.relationship(ix).record()
        };
        chosen.into_iter().map(record).collect()
    }

    /// What the entity with this id is; none where the view does not know it.
    #[must_use]
    pub fn kind_of(&self, entity: &str) -> Option<EntityKind> {
        let entity = self.graph.entity_by_id(entity, &self.mask)?;
        Some(self.graph.entity(entity).kind())
    }

    /// The entity with this id; none where the view does not know it.
    #[must_use]
    pub fn entity(&self, id: &str) -> Option<Entity> {
        let entity = self.graph.entity_by_id(id, &self.mask)?;
        Some(self.graph.entity(entity).record())
    }

    /// When the last change was recorded.
    #[must_use]
    pub fn last_recorded_at(&self) -> Timestamp {
        self.graph.last_recorded_at()
    }

    /// The source with this id.
    #[must_use]
    pub fn source(&self, id: &str) -> Option<Source> {
        let source = self.graph.source_by_id(id, &self.mask)?;
        Some(self.graph.source(source).record())
    }
}

impl Subset {
    /// Adds who is quoted about the relationships, and the sources that say so.
    fn add_references(&mut self, graph: &Snapshot) {
        for relationship in &self.relationships {
            for statement in graph.relationship(*relationship).evidence() {
                let statement = graph.statement(statement);
                self.sources.insert(statement.source());
                self.entities.extend(statement.speaker());
            }
        }
    }
}
