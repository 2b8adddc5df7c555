package io.dialtone.diameter.dictionary;

/**
 * A value of Result-Code or, with a vendor, of Experimental-Result-Code, for people. Immutable.
 *
 * @param vendorId 0 for those of the IETF
 */
public record ResultDefinition(int vendorId, int code, String name, DictionaryPlace place) {
    /** What a dictionary says of a result that it does not know. */
    public static final ResultDefinition UNKNOWN = new ResultDefinition(0, 0, "", DictionaryPlace.NOWHERE);

    public boolean isKnown() {
        return !name.isEmpty();
    }
}
