package io.dialtone.diameter.dictionary;

/**
 * Something is wrong in a dictionary file, or in a path to an AVP; for who starts us, who shows it to the operator. Thrown at the start only, never on the message path.
 *
 * <p>Its message reads {@code mine.dict:12: Grouped2: no such type (expected: one of Address, ...). Maybe Grouped.}
 */
public final class DictionaryFault extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient DictionaryPlace place;
    private final String expected;
    private final String maybe;

    DictionaryFault(final DictionaryPlace place, final String wrong, final String expected, final String maybe) {
        super(
                place + ": " + wrong + " (expected: " + expected + ")"
                        + (maybe.isEmpty() ? "" : ". Maybe " + maybe + "."),
                null,
                false,
                false);
        this.place = place;
        this.expected = expected;
        this.maybe = maybe;
    }

    DictionaryFault(final DictionaryPlace place, final String wrong, final String expected) {
        this(place, wrong, expected, "");
    }

    /** The file, or the text of the path. */
    public String file() {
        return place.file();
    }

    /** From 1; 0 if no line can be named. */
    public int line() {
        return place.line();
    }

    public String expected() {
        return expected;
    }

    /** What might be meant; empty if nothing is near. */
    public String maybe() {
        return maybe;
    }
}
