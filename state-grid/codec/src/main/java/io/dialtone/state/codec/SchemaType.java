package io.dialtone.state.codec;

import java.util.List;
import java.util.Locale;

/** A type as two versions of a service compare it: what can be in a state, by the names under which it is kept. Immutable. */
sealed interface SchemaType {
    /** What has no parts. */
    enum Kind {
        BOOLEAN,
        BYTE,
        SHORT,
        CHAR,
        INT,
        LONG,
        FLOAT,
        DOUBLE,
        STRING,
        BYTES,
        BOOLEANS,
        SHORTS,
        CHARS,
        INTS,
        LONGS,
        FLOATS,
        DOUBLES,
        INSTANT,
        DURATION,
        DATE,
        TIME,
        DATETIME,
        UUID;

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    record Plain(Kind kind) implements SchemaType {}

    /** An Optional, or a box of a primitive. */
    record Maybe(SchemaType of) implements SchemaType {}

    record Constants(String name, List<String> constants) implements SchemaType {
        /** The constant that stands for those which this version does not know. */
        static final String UNKNOWN = "UNKNOWN";

        boolean hasUnknown() {
            return constants.contains(UNKNOWN);
        }
    }

    record ListOf(SchemaType element) implements SchemaType {}

    record SetOf(SchemaType element) implements SchemaType {}

    record MapOf(SchemaType key, SchemaType value) implements SchemaType {}

    record Struct(String name, List<Component> components) implements SchemaType {}

    /** A sealed interface of records. */
    record Family(String name, List<Struct> members) implements SchemaType {}

    /** A record's component; without a default it must be in the bytes. */
    record Component(String name, SchemaType type, boolean hasDefault) {}
}
