package io.dialtone.state.codec;

import io.dialtone.state.api.StateFormatException;
import java.util.ArrayList;
import java.util.List;
import org.agrona.collections.Int2ObjectHashMap;
import org.jspecify.annotations.Nullable;

/**
 * An enum, by the ids of its constants' names. A constant that this version does not know is read as the one called {@code UNKNOWN}; without that the state cannot be
 * read, which {@link StateSchema#check} says before it comes to it. Immutable once made.
 */
final class EnumCodec extends ValueCodec {
    private final SchemaType.Constants schema;
    private final int[] tags;
    private final Int2ObjectHashMap<Object> byTag = new Int2ObjectHashMap<>();
    private final Object first;
    private @Nullable Object unknown;

    EnumCodec(final String name, final Enum<?>[] constants, final String[] stateNames) {
        tags = new int[constants.length];
        final List<String> names = new ArrayList<>();
        for (int i = 0; i < constants.length; i++) {
            tags[i] = WireType.tagOf(stateNames[i]);
            byTag.put(tags[i], constants[i]);
            names.add(stateNames[i]);
            if (stateNames[i].equals(SchemaType.Constants.UNKNOWN)) {
                unknown = constants[i];
            }
        }
        first = constants[0];
        schema = new SchemaType.Constants(name, List.copyOf(names));
    }

    @Override
    SchemaType schema() {
        return schema;
    }

    @Override
    @SuppressWarnings("EnumOrdinal") // as an index into what was made of this very class; in the bytes stands the name
    void write(final StateWriter writer, final int tag, final Object value) {
        writer.putName(tag, tags[((Enum<?>) value).ordinal()]);
    }

    @Override
    Object read(final StateReader reader, final int type) {
        final Object known = byTag.get(reader.readName(type));
        if (known != null) {
            return known;
        }
        if (unknown != null) {
            return unknown;
        }
        throw new StateFormatException(reader.path() + ": a constant that this version's " + schema.name()
                + " does not have. Maybe give it one called UNKNOWN.");
    }

    @Override
    Object zero() {
        return unknown == null ? first : unknown;
    }
}
