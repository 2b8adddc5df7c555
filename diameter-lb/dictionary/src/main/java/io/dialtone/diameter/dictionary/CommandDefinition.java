package io.dialtone.diameter.dictionary;

/**
 * What a dictionary knows of a command, for people. Immutable.
 *
 * @param name without "-Request" and "-Answer"
 * @param requestAbbreviation such as CCR
 * @param answerAbbreviation such as CCA
 */
public record CommandDefinition(
        int code, String name, String requestAbbreviation, String answerAbbreviation, DictionaryPlace place) {
    /** What a dictionary says of a command that it does not know. */
    public static final CommandDefinition UNKNOWN = new CommandDefinition(0, "", "", "", DictionaryPlace.NOWHERE);

    public boolean isKnown() {
        return !name.isEmpty();
    }

    /** The abbreviation of one of the two messages. */
    public String abbreviation(final boolean isRequest) {
        return isRequest ? requestAbbreviation : answerAbbreviation;
    }

    /** The whole name of one of the two messages. */
    public String messageName(final boolean isRequest) {
        return name + (isRequest ? "-Request" : "-Answer");
    }
}
