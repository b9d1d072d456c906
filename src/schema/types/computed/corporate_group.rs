//! A corporate group: the parent and pages of its members, each with the chain that makes it one.

use std::sync::Arc;

use async_graphql::{Context, Object, SimpleObject};

use super::path::Path;
use crate::{
    engine::{cost::directives::ConnectionSize, error::Error},
    graph::{
        EntityIx, OrderDirection,
        algo::{self, UltimateParent},
        page,
    },
    schema::{
        context::viewer::Viewer,
        types::{
            claims::derivation::Derivation,
            entities::entity::{Entity, EntityFields},
        },
        values::page::{Listing, PageArgs, PageInfo},
    },
};

/// A member of a group.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct GroupMemberEdge {
    /// Where it stands in the listing: for `after` and `before`.
    cursor: String,
    /// The member.
    node: Entity,
    /// How many steps it stands below the parent, from 1.
    distance: u32,
    /// The shortest chain of claims that count from the parent to the member; of several, the one with the smallest ids. Where
    /// several hold a majority together, it leads through one of them. A step to the direct accounting parent of a company whose
    /// ultimate one is in the group goes against its claim.
    chain: Path,
}

/// A page of the members of a group, by distance from the parent, then id.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct GroupMemberConnection {
    /// The members with their chains and cursors.
    edges: Vec<GroupMemberEdge>,
    /// The members alone.
    nodes: Vec<Entity>,
    /// Whether there is more.
    page_info: PageInfo,
    /// How many members there are on all pages.
    total_count: usize,
}

/// A parent and everything it controls for certain, directly or with what it controls: its `subsidiaries`.
#[derive(Debug, Clone)]
pub(crate) struct CorporateGroup {
    viewer: Viewer,
    /// Whose group it is.
    entity: EntityIx,
    group: Arc<algo::CorporateGroup>,
}

impl CorporateGroup {
    /// The group of an entity.
    pub(crate) fn of(entity: &EntityFields) -> Result<Self, Error> {
        Ok(Self {
            viewer: entity.viewer.clone(),
            entity: entity.ix,
            group: Arc::new(group_of(&entity.viewer, entity.ix)?),
        })
    }

    fn page(&self, ctx: &Context<'_>, args: &PageArgs) -> Result<GroupMemberConnection, Error> {
        let order = [(algo::MemberOrderField::Distance, OrderDirection::Ascending)];
        let owner = self.viewer.snapshot().entity(self.entity).id();
        let listing = Listing::new::<algo::Member>(ctx, &self.viewer, "CorporateGroup", owner, &order)?;
        let (window, viewer) = listing.window(&self.viewer, args)?;
        // Later pages are of the group that the first page saw.
        let group = match viewer.mask() == self.viewer.mask() && viewer.last() == self.viewer.last() {
            true => Arc::clone(&self.group),
            false => Arc::new(group_of(&viewer, self.entity)?),
        };
        let page = page(
            viewer.snapshot(),
            group.members(),
            |_| Ok(true),
            &order,
            &window,
            viewer.budget(),
        )?;
        let positions = page.rows.iter().map(|(_, position)| position.clone());
        let cursors: Vec<String> = positions.map(|position| listing.cursor(&viewer, position)).collect();
        let page_info = PageInfo::of(&page, &cursors);
        let members = page.rows.iter().map(|(member, _)| *member);
        let edges: Vec<GroupMemberEdge> = members
            .zip(cursors)
            .map(|(member, cursor)| GroupMemberEdge {
                cursor,
                node: Entity::new(viewer.clone(), member.entity),
                distance: member.distance,
                chain: Path::new(viewer.clone(), group.chain(member)),
            })
            .collect();
        Ok(GroupMemberConnection {
            nodes: edges.iter().map(|edge| edge.node.clone()).collect(),
            edges,
            page_info,
            total_count: group.members().len(),
        })
    }
}

fn group_of(viewer: &Viewer, entity: EntityIx) -> Result<algo::CorporateGroup, Error> {
    let mask = viewer.mask_for_computing();
    Ok(algo::corporate_group(viewer.snapshot(), mask, entity, viewer.budget())?)
}

/// A parent and everything it controls for certain, directly or with what it controls: its `subsidiaries`.
#[Object]
impl CorporateGroup {
    /// The top of the group.
    async fn parent(&self) -> Entity {
        Entity::new(self.viewer.clone(), self.group.parent)
    }

    /// Everyone the parent controls: by distance from it, then id.
    #[graphql(directive = ConnectionSize::apply())]
    async fn members(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, from the start: 0 to 1000. Default: 20.")] first: Option<i32>,
        #[graphql(desc = "Only what follows this cursor.")] after: Option<String>,
        #[graphql(desc = "How many, from the end: 0 to 1000. Excludes first.")] last: Option<i32>,
        #[graphql(desc = "Only what precedes this cursor.")] before: Option<String>,
    ) -> Option<Result<GroupMemberConnection, Error>> {
        let args = PageArgs::new(first, after, last, before);
        Some(self.page(ctx, &args))
    }

    /// What the answer rests on: the claims that count on all members, on whatever page. The rule says why the parent is the
    /// entity itself where others control it: there are several tops, which it names by their ids, or the top is not disclosed.
    async fn derived_from(&self) -> Derivation {
        let derived_from = self.group.derived_from().to_vec();
        Derivation::new(&self.viewer, rule(&self.viewer, &self.group), derived_from)
    }
}

/// The rule of control, and how the top was chosen.
fn rule(viewer: &Viewer, group: &algo::CorporateGroup) -> String {
    let snapshot = viewer.snapshot();
    let chosen = match &group.ultimate {
        UltimateParent::Itself | UltimateParent::Party(_) => String::new(),
        UltimateParent::Undisclosed => {
            " The party that controls this entity in the end is not disclosed, so that the group is the entity's own."
                .to_owned()
        }
        UltimateParent::Several(tops) => {
            let (undisclosed, named): (Vec<EntityIx>, Vec<EntityIx>) =
                tops.iter().partition(|top| snapshot.entity(**top).undisclosed());
            let mut tops: Vec<&str> = named.iter().map(|top| snapshot.entity(*top).id()).collect();
            tops.extend(undisclosed.iter().map(|_| "a party that is not disclosed"));
            format!(
                " Several parties control this entity in the end, and not exactly one of them is stated to be its ultimate \
                 accounting parent, so that the group is the entity's own: {}.",
                tops.join(", ")
            )
        }
    };
    format!("{RULE}{chosen}")
}

/// What control is, in words.
const RULE: &str = "Up to the controller whom nobody outside its circle controls, and down to everyone it controls: whom it \
                    consolidates, controls by an interest that decides, or holds over 50 % of together with all that it controls, \
                    by votes where stated, else by capital, by low ends; what these control; and the direct accounting parents \
                    of those of whom it is the stated ultimate one. Disputed claims and claims that may be over do not count. \
                    Nobody controls a person.";
