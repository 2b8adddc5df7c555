package io.dialtone.diameter.dictionary;

/** What a specification says of a flag of an AVP (the column of its table of AVPs), for people. Immutable. */
public enum FlagRule {
    MUST,
    MAY,
    MUST_NOT
}
