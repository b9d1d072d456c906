//! A corporate group: the parent and pages of its members, each with the chain that makes it one.

use async_graphql::{Context, SimpleObject};

use super::{
    derivation::Derivation,
    entity::{Entity, EntityFields},
    path::Path,
};
use crate::{
    graph::{OrderDirection, Page, algo, page},
    schema::{
        error::Error,
        page::{Listing, PageArgs, PageInfo},
        viewer::Viewer,
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
    /// The shortest chain from the parent to the member; of several, the one with the smallest ids.
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

/// A parent and everything in which it has the last word: what it consolidates, owns by over 50 % for certain or controls,
/// directly or through others.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct CorporateGroup {
    /// The top of the group.
    parent: Entity,
    /// Everyone below the parent: a page, as asked for by the arguments of the group.
    members: GroupMemberConnection,
    /// What the answer rests on: the relationships of the chains of all members, on whatever page.
    derived_from: Derivation,
}

/// The group of a company.
pub(crate) fn corporate_group(
    ctx: &Context<'_>,
    company: &EntityFields,
    args: &PageArgs,
) -> Result<CorporateGroup, Error> {
    let order = [(algo::MemberOrderField::Distance, OrderDirection::Ascending)];
    let listing = Listing::new::<algo::Member>(ctx, &company.viewer, "Company", company.read().id(), &order)?;
    let (window, viewer) = listing.window(&company.viewer, args)?;
    let (snapshot, budget) = (viewer.snapshot(), viewer.budget());
    let group = algo::corporate_group(snapshot, viewer.mask_for_computing(), company.ix, budget)?;
    let page = page(snapshot, group.members(), |_| Ok(true), &order, &window, budget)?;
    Ok(CorporateGroup::new(&viewer, &listing, &group, &page))
}

impl CorporateGroup {
    fn new(viewer: &Viewer, listing: &Listing, group: &algo::CorporateGroup, page: &Page<algo::Member>) -> Self {
        let positions = page.rows.iter().map(|(_, position)| position.clone());
        let cursors: Vec<String> = positions.map(|position| listing.cursor(viewer, position)).collect();
        let page_info = PageInfo::of(page, &cursors);
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
        let rule = "Up from the company to the top, and down from there to everyone, by what consolidates, owns over 50 % \
                    for certain, or controls. Disputed claims do not count, and nobody is the parent of a person.";
        Self {
            parent: Entity::new(viewer.clone(), group.parent),
            members: GroupMemberConnection {
                nodes: edges.iter().map(|edge| edge.node.clone()).collect(),
                edges,
                page_info,
                total_count: group.members().len(),
            },
            derived_from: Derivation::new(viewer, rule, group.derived_from()),
        }
    }
}
