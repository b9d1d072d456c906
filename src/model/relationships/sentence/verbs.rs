//! The verbs of sentences: one for each kind of relationship.

use crate::model::RelationshipKind;

/// Present, past and infinitive, with the preposition before the other end.
pub(super) fn verb(kind: RelationshipKind) -> (&'static str, &'static str, &'static str) {
    use RelationshipKind as Kind;
    match kind {
        Kind::Owns => ("owns", "owned", "own"),
        Kind::Consolidates => ("consolidates", "consolidated", "consolidate"),
        Kind::HasBranch => ("has the branch", "had the branch", "have the branch"),
        Kind::ManagesFund => ("manages the fund", "managed the fund", "manage the fund"),
        Kind::HasSubfund => ("has the subfund", "had the subfund", "have the subfund"),
        Kind::Feeds => ("feeds", "fed", "feed"),
        Kind::Controls => ("controls", "controlled", "control"),
        Kind::OfficerOf => ("is an officer of", "was an officer of", "be an officer of"),
        Kind::EmployedBy => ("works for", "worked for", "work for"),
        Kind::MemberOf => ("is a member of", "was a member of", "be a member of"),
        Kind::Represents => ("represents", "represented", "represent"),
        Kind::RelatedTo => ("is related to", "was related to", "be related to"),
        Kind::PartnersWith => ("partners with", "partnered with", "partner with"),
        Kind::CompetesWith => ("competes with", "competed with", "compete with"),
        Kind::Supplies => ("supplies", "supplied", "supply"),
        Kind::Operates => ("operates", "operated", "operate"),
        Kind::Accepts => ("accepts", "accepted", "accept"),
        Kind::DeliversFor => ("delivers for", "delivered for", "deliver for"),
        Kind::ParticipatesIn => ("takes part in", "took part in", "take part in"),
        Kind::Serves => ("serves", "served", "serve"),
        Kind::Paid => ("paid", "paid", "pay"),
        Kind::LentTo => ("lent to", "lent to", "lend to"),
        Kind::BasedIn => ("is based in", "was based in", "be based in"),
        Kind::LocatedIn => ("is located in", "was located in", "be located in"),
        Kind::SucceededBy => ("was succeeded by", "was succeeded by", "be succeeded by"),
    }
}

/// A verb with its adverb, which follows a form of *be*.
pub(super) fn indirectly(verb: &str) -> String {
    let be = ["is ", "was ", "be "];
    let split = be.iter().find_map(|be| Some((be, verb.strip_prefix(be)?)));
    match split {
        Some((be, rest)) => format!("{be}indirectly {rest}"),
        None => format!("indirectly {verb}"),
    }
}
