package io.dialtone.diameter.dictionary;

import java.util.List;
import java.util.Optional;

/**
 * What a dictionary knows of an AVP, for people and for who compiles rules on AVPs. Immutable.
 *
 * @param vendorId 0 for those of the IETF
 * @param code unsigned
 * @param values of type Enumerated: the named ones, by number
 * @param members of type Grouped: those that are known, as the file has them. Groups have others too; nobody is refused for that
 */
public record AvpDefinition(
        String name,
        int vendorId,
        int code,
        AvpType type,
        AvpFlagRules flags,
        List<EnumeratedValue> values,
        List<AvpMember> members,
        DictionaryPlace place) {
    /** What a dictionary says of an AVP that it does not know. */
    public static final AvpDefinition UNKNOWN = new AvpDefinition(
            "",
            0,
            0,
            AvpType.OCTET_STRING,
            new AvpFlagRules(FlagRule.MAY, FlagRule.MAY, FlagRule.MAY),
            List.of(),
            List.of(),
            DictionaryPlace.NOWHERE);

    public AvpDefinition {
        values = List.copyOf(values);
        members = List.copyOf(members);
    }

    public boolean isKnown() {
        return !name.isEmpty();
    }

    /** The name of a value; empty if it has none. */
    public String valueName(final int value) {
        for (final EnumeratedValue one : values) {
            if (one.value() == value) {
                return one.name();
            }
        }
        return "";
    }

    /** The value of a name. */
    public Optional<EnumeratedValue> value(final String valueName) {
        return values.stream().filter(one -> one.name().equals(valueName)).findFirst();
    }
}
