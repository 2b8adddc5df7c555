package io.dialtone.diameter.dictionary;

import java.util.List;

/**
 * What a dictionary knows of an application, for people. Immutable.
 *
 * @param id unsigned
 * @param vendorId whose application it is: what stands beside it in Vendor-Specific-Application-Id; 0 for those of the IETF
 * @param commands its messages; those of a peer connection are the base protocol's
 */
public record ApplicationDefinition(
        int id, String name, int vendorId, List<CommandDefinition> commands, DictionaryPlace place) {
    /** What a dictionary says of an application that it does not know. */
    public static final ApplicationDefinition UNKNOWN =
            new ApplicationDefinition(0, "", 0, List.of(), DictionaryPlace.NOWHERE);

    public ApplicationDefinition {
        commands = List.copyOf(commands);
    }

    public boolean isKnown() {
        return !name.isEmpty();
    }
}
