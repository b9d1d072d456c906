//! Who owns a company or an organization in the end.

use std::{borrow::Cow, marker::PhantomData};

use async_graphql::{Object, SimpleObject, TypeName};

use super::path::Path;
use crate::{
    engine::{
        cost::directives::{cost, list_size},
        error::Error,
    },
    graph::algo,
    model::ShareOf,
    schema::{
        context::viewer::Viewer,
        types::{
            claims::derivation::Derivation,
            entities::{
                entity::{Entity, EntityFields},
                kinds::OfKind,
                values::ShareRange,
            },
        },
        values::enums::Member,
    },
};

/// One who owns a company in the end: a holder without known owners, or a person. Never a party that is not disclosed, nor one
/// that an indirect claim names as standing between.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct UltimateOwner {
    /// Who.
    owner: Entity,
    /// The effective share, its own and through everyone between. An end is exclusive when it takes an excluded end of a share to reach
    /// it.
    share: ShareRange,
    /// The strongest chains from the owner to the company, none of which meets an entity twice: by the product of the high
    /// ends, descending, then the shortest, then by ids. At most 10, of at most 100 steps. With circles they need not add up to the share.
    #[graphql(directive = list_size::apply(Some(10), None, None, None))]
    chains: Vec<Path>,
}

/// Who owns a company in the end.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct UltimateOwners {
    /// Those with at least the share asked for at the high end, by low end, then high end, descending, then id.
    #[graphql(directive = list_size::apply(Some(10), None, None, None))]
    owners: Vec<UltimateOwner>,
    /// What all owners leave, those below the threshold counted as owners: 100 less their shares, never below 0. Owners that
    /// are not disclosed are in here, and what those hold who stand between in an indirect claim beyond that claim.
    undisclosed: ShareRange,
    /// Whether holders, or the company, own each other or themselves in a circle.
    cyclic: bool,
    /// Whether a circle was too large to solve or a search for chains was ended early. Shares are then wider than they need
    /// be, never too narrow, and chains may be missing.
    truncated: bool,
    /// What the answer rests on: every claim of a share that was looked at, those with an undisclosed owner and indirect ones that
    /// sum up a chain among them.
    derived_from: Derivation,
}

impl UltimateOwners {
    fn new(viewer: &Viewer, answer: algo::UltimateOwners) -> Self {
        let owners = answer.owners.into_iter().map(|owner| UltimateOwner {
            owner: Entity::new(viewer.clone(), owner.owner),
            share: owner.share.into(),
            chains: owner
                .chains
                .into_iter()
                .map(|chain| Path::new(viewer.clone(), chain))
                .collect(),
        });
        Self {
            owners: owners.collect(),
            undisclosed: answer.undisclosed.into(),
            cyclic: answer.cyclic,
            truncated: answer.truncated,
            derived_from: Derivation::new(
                viewer,
                "An owner's share of a company is the sum over its holders of the holder's share times the owner's share of \
                 the holder, at most 100 % in each step, once with every low end and once with every high end. Claims with the \
                 same ends and the same directness count once, as the hull of their ranges; one that is disputed, or that ended \
                 nobody says when, may be 0, an OWNS without a share anything. An indirect claim is added only where no two \
                 direct claims lead from owner to company; else it sums them up, and what the owner has through others is \
                 what both allow, or as computed where they do not meet.",
                answer.derived_from,
            ),
        }
    }
}

/// What is computed from the owners of an entity of kind `K`.
#[derive(Debug, Clone)]
pub(crate) struct Ownership<K>(EntityFields, PhantomData<K>);

impl<K> From<EntityFields> for Ownership<K> {
    fn from(fields: EntityFields) -> Self {
        Self(fields, PhantomData)
    }
}

impl<K: OfKind> TypeName for Ownership<K> {
    fn type_name() -> Cow<'static, str> {
        format!("{:?}Ownership", K::KIND).into()
    }
}

#[Object(name_type)]
impl<K: OfKind> Ownership<K> {
    /// Who owns it in the end: holders without known owners, and people, each with an effective share. Counts only ACTIVE
    /// relationships unless the view names statuses.
    #[graphql(directive = cost::apply("100".to_owned()))]
    async fn ultimate_owners(
        &self,
        #[graphql(
            desc = "Only owners whose share reaches this at its high end, in percent from 0 to 100.",
            default_with = "Some(0.0)"
        )]
        threshold: Option<f64>,
        #[graphql(
            desc = "Shares of what. CAPITAL and PROFIT read OWNS, one without a share as one of the capital. VOTES reads every claim with a share of votes, OWNS and CONTROLS; who decides is ultimateParent.",
            default_with = "Some(Member(ShareOf::Capital))"
        )]
        of: Option<Member<ShareOf>>,
    ) -> Option<Result<UltimateOwners, Error>> {
        let answer = || {
            let threshold = threshold.unwrap_or(0.0);
            let of = of.map_or(ShareOf::Capital, |of| of.0);
            if !(0.0..=100.0).contains(&threshold) {
                let message = format!("threshold is {threshold}; it is in percent, from 0 to 100");
                let place = format!("{:?}.ultimateOwners(threshold:)", K::KIND);
                return Err(Error::bad_user_input(place, message));
            }
            let viewer = &self.0.viewer;
            let (snapshot, mask) = (viewer.snapshot(), viewer.mask_for_computing());
            let answer = algo::ultimate_owners(snapshot, mask, self.0.ix, of, threshold, viewer.budget())?;
            Ok(UltimateOwners::new(viewer, answer))
        };
        Some(answer())
    }
}
