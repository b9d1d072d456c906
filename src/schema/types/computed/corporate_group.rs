//! A corporate group: the parent and pages of its members, each with its chain of control.

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
        values::page::{ElementCursor, Listing, PageArgs, PageInfo},
    },
};

/// A member of a corporate group.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct GroupMemberEdge {
    /// The cursor of this element, for `after` and `before`.
    cursor: ElementCursor,
    /// The member.
    node: Entity,
    /// The number of steps from the parent to the member, from 1.
    distance: u32,
    /// The shortest chain of decisive claims from the parent to the member; of several, the one with the smallest ids. If several
    /// holders have a majority together, it leads through one of them. A step to the direct accounting parent of a company whose
    /// ultimate accounting parent is in the group is against the direction of its claim.
    chain: Path,
}

/// A page of the members of a corporate group, by distance from the parent, then by id.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct GroupMemberConnection {
    /// The members with their chains and cursors.
    edges: Vec<GroupMemberEdge>,
    /// The members without their chains.
    nodes: Vec<Entity>,
    /// Whether there are more pages, and the cursors of this one.
    page_info: PageInfo,
    /// The number of members on all pages.
    total_count: usize,
}

/// A parent and everything that it certainly controls, directly or through others: its `subsidiaries`.
#[derive(Debug, Clone)]
pub(crate) struct CorporateGroup {
    viewer: Viewer,
    /// The entity whose group it is.
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
        let listing = Listing::new::<algo::GroupMember>(ctx, &self.viewer, "CorporateGroup", owner, &order)?;
        let (window, viewer) = listing.window(&self.viewer, args)?;
        // Later pages list the same group as the first page.
        let group =
            match viewer.mask() == self.viewer.mask() && viewer.last_recorded_at() == self.viewer.last_recorded_at() {
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
        let cursors = listing.cursors(&viewer, &page);
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

/// A parent and everything that it certainly controls, directly or through others: its `subsidiaries`.
#[Object]
impl CorporateGroup {
    /// The top of the group.
    async fn parent(&self) -> Entity {
        Entity::new(self.viewer.clone(), self.group.parent)
    }

    /// The entities that the parent controls: by distance from it, then by id.
    #[graphql(directive = ConnectionSize::apply())]
    async fn members(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many elements to return from the start: 0 to 1000. Default: 20.")] first: Option<i32>,
        #[graphql(desc = "Only the elements after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many elements to return from the end: 0 to 1000. Cannot be combined with `first`.")] last: Option<i32>,
        #[graphql(desc = "Only the elements before this cursor.")] before: Option<String>,
    ) -> Option<Result<GroupMemberConnection, Error>> {
        let args = PageArgs::new(first, after, last, before);
        Some(self.page(ctx, &args))
    }

    /// What the answer is derived from: the decisive claims on the members of all pages. If others control the entity and yet the
    /// parent is the entity itself, the rule states why: there are several top controllers, listed by their ids, or the top
    /// controller is not disclosed.
    async fn derived_from(&self) -> Derivation {
        let derived_from = self.group.derived_from().to_vec();
        Derivation::new(&self.viewer, rule(&self.viewer, &self.group), derived_from)
    }
}

/// The rule of control, and the reason for the choice of the parent.
fn rule(viewer: &Viewer, group: &algo::CorporateGroup) -> String {
    let snapshot = viewer.snapshot();
    let reason = match &group.ultimate {
        UltimateParent::Itself | UltimateParent::Party(_) => String::new(),
        UltimateParent::Undisclosed => {
            " The party that ultimately controls this entity is not disclosed, so the group is the entity's own."
                .to_owned()
        }
        UltimateParent::Several(tops) => {
            let (undisclosed, named): (Vec<EntityIx>, Vec<EntityIx>) =
                tops.iter().partition(|top| snapshot.entity(**top).undisclosed());
            let mut tops: Vec<&str> = named.iter().map(|top| snapshot.entity(*top).id()).collect();
            tops.extend(undisclosed.iter().map(|_| "a party that is not disclosed"));
            format!(
                " Several parties ultimately control this entity, and not exactly one of them is stated to be its ultimate \
                 accounting parent, so the group is the entity's own: {}.",
                tops.join(", ")
            )
        }
    };
    format!("{RULE}{reason}")
}

/// The rule of control, in English.
const RULE: &str = "From the controller that is not controlled by any entity outside its own circle, down to every entity that it \
                    controls: those that it consolidates, controls by a decisive interest, or holds over 50 % of together with all \
                    entities that it controls, by votes if stated, otherwise by capital, using low ends; those that these control; \
                    and the direct accounting parents of those of which it is the stated ultimate accounting parent. Disputed \
                    claims and claims that may have ended do not count. A person cannot be controlled.";
