//! Answers computed from many relationships. Walks are generic over [`super::Expand`]; algorithms that need shares and capabilities
//! read the snapshot.

mod chain;
mod channels;
mod common;
mod control;
mod data_issues;
mod diff;
mod neighborhood;
mod ownership;
mod paths;
mod ranking;
mod timeline;

pub use chain::Chain;
pub use channels::{Coverage, PurchaseChannel, PurchaseQuestion, purchase_channels};
pub use common::{CommonConnection, CommonConnections, common_connections};
pub use control::{
    Control, CorporateGroup, Counterpart, GroupMember, MemberOrderField, UltimateParent, controllers, corporate_group,
    subsidiaries, ultimate_parent,
};
pub use data_issues::{CheckContext, DataIssue, DataIssueKind, DateFault, Severity, Weakness, data_issues};
pub use diff::{DiffChange, DiffEntry, DiffPair, DiffQuestion, diff};
pub use neighborhood::{Neighborhood, NeighborhoodBounds, neighborhood};
pub use ownership::{UltimateOwner, UltimateOwners, ultimate_owners};
pub use paths::{Path, PathOutcome, PathQuestion, Paths, paths};
pub use ranking::{
    BETWEENNESS_SWEPT_MAX, CONFIDENCE, DAMPING, Deviation, PAGERANK_ERROR, PAGERANK_SWEPT_MAX, PageRank,
    ProjectedRelationship, Projection, RankedEntity, Ranking, RankingMeasure, RankingQuestion, SWEPT_PER_UNIT,
    SampledScores, StopCondition, betweenness, components, pagerank, ranking, sampled_betweenness,
};
pub use timeline::{TimelineEntry, TimelineEvent, TimelineOrderField, timeline};
