package io.dialtone.diameter.dictionary;

/**
 * A vendor that AVPs and applications belong to, for people. Immutable.
 *
 * @param id its number in the IANA's list of private enterprises, unsigned
 * @param name what our files and paths call it
 */
public record VendorDefinition(int id, String name, DictionaryPlace place) {
    /** What a dictionary says of a vendor that it does not know. */
    public static final VendorDefinition UNKNOWN = new VendorDefinition(0, "", DictionaryPlace.NOWHERE);

    public boolean isKnown() {
        return !name.isEmpty();
    }
}
