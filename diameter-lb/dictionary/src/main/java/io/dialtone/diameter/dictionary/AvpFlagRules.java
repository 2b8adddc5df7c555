package io.dialtone.diameter.dictionary;

/**
 * What a specification says of the flags of an AVP, for people and for who writes such AVPs. Immutable.
 *
 * @param vendor of V; it follows from the vendor
 * @param mandatory of M
 * @param protection of P, which RFC 6733 keeps for later and no longer gives a meaning
 */
public record AvpFlagRules(FlagRule vendor, FlagRule mandatory, FlagRule protection) {}
