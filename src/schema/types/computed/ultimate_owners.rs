//! The ultimate owners of a company or an organization.

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
                kinds::HasEntityKind,
                values::ShareRange,
            },
        },
        values::enums::Member,
    },
};

/// An ultimate owner: a holder without known owners, or a person. Never an undisclosed party, nor an intermediary named in an indirect
/// claim.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct UltimateOwner {
    /// The owner.
    owner: Entity,
    /// The effective share, held directly and through all intermediaries. An end of the range is exclusive when it can be reached
    /// only by an excluded end of a share in the chain.
    share: ShareRange,
    /// The strongest chains from the owner to the company, none of which visits an entity twice: by the product of the high ends,
    /// descending, then by length, then by ids. At most 10, of at most 100 steps each. If there are circles, the chains need not
    /// add up to the share.
    #[graphql(directive = list_size::apply(Some(10), None, None, None))]
    chains: Vec<Path>,
}

/// The ultimate owners of a company or an organization.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct UltimateOwners {
    /// The owners whose share reaches the threshold at its high end: by low end, then by high end, both descending, then by id.
    #[graphql(directive = list_size::apply(Some(10), None, None, None))]
    owners: Vec<UltimateOwner>,
    /// The share without a known ultimate owner: 100 less the shares of all owners, including those below the threshold, never below
    /// 0. It includes the shares of undisclosed owners, and the shares of intermediaries of an indirect claim beyond that claim.
    undisclosed: ShareRange,
    /// Whether the holders or the company own each other or themselves in a circle.
    cyclic: bool,
    /// Whether a circle was too large to solve, or the search for chains was stopped early. If true, shares may be wider than
    /// necessary but never too narrow, and chains may be missing.
    truncated: bool,
    /// What the answer is derived from: all claims of shares considered, including those with an undisclosed owner and indirect ones
    /// that summarize a chain.
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
                 same ends and the same directness count once, as the hull of their ranges; a claim that is disputed, or that \
                 ended at an unknown date, may be 0, and an OWNS without a share may be anything. An indirect claim is added only \
                 if no two direct claims lead from owner to company; otherwise it summarizes them, and the owner's share through \
                 others is the intersection of both ranges, or the computed range if they do not overlap.",
                answer.derived_from,
            ),
        }
    }
}

/// The fields of an entity of kind `K` that are computed from its owners.
#[derive(Debug, Clone)]
pub(crate) struct Ownership<K>(EntityFields, PhantomData<K>);

impl<K> From<EntityFields> for Ownership<K> {
    fn from(fields: EntityFields) -> Self {
        Self(fields, PhantomData)
    }
}

impl<K: HasEntityKind> TypeName for Ownership<K> {
    fn type_name() -> Cow<'static, str> {
        format!("{:?}Ownership", K::KIND).into()
    }
}

#[Object(name_type)]
impl<K: HasEntityKind> Ownership<K> {
    /// The ultimate owners: people and holders without known owners, each with an effective share. Based on ACTIVE relationships
    /// only, unless the view names statuses.
    #[graphql(directive = cost::apply("100".to_owned()))]
    async fn ultimate_owners(
        &self,
        #[graphql(
            desc = "Only owners whose share reaches this at its high end, in percent from 0 to 100.",
            default_with = "Some(0.0)"
        )]
        threshold: Option<f64>,
        #[graphql(
            desc = "The kind of share. CAPITAL and PROFIT are computed from OWNS relationships, where one without a share counts as a share of the capital. VOTES is computed from all OWNS and CONTROLS relationships with a share of the votes; for control, see `ultimateParent`.",
            default_with = "Some(Member(ShareOf::Capital))"
        )]
        of: Option<Member<ShareOf>>,
    ) -> Option<Result<UltimateOwners, Error>> {
        let answer = || {
            let threshold = threshold.unwrap_or(0.0);
            let of = of.map_or(ShareOf::Capital, |of| of.0);
            if !(0.0..=100.0).contains(&threshold) {
                let message = format!("threshold is {threshold}; it must be a percentage from 0 to 100");
                let coordinate = format!("{:?}.ultimateOwners(threshold:)", K::KIND);
                return Err(Error::bad_user_input(coordinate, message));
            }
            let viewer = &self.0.viewer;
            let (snapshot, mask) = (viewer.snapshot(), viewer.mask_for_computing());
            let answer = algo::ultimate_owners(snapshot, mask, self.0.ix, of, threshold, viewer.budget())?;
            Ok(UltimateOwners::new(viewer, answer))
        };
        Some(answer())
    }
}
