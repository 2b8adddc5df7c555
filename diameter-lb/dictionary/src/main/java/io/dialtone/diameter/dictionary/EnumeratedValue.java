package io.dialtone.diameter.dictionary;

/**
 * A named value of an AVP of type Enumerated, for people. Immutable.
 *
 * @param place where it was read: for an AVP that was extended not the AVP's
 */
public record EnumeratedValue(int value, String name, DictionaryPlace place) {}
