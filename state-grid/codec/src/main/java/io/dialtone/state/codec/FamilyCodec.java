package io.dialtone.state.codec;

import io.dialtone.state.api.StateFormatException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.agrona.collections.Int2ObjectHashMap;
import org.jspecify.annotations.Nullable;

/** A sealed interface of records: the record's components, and before them which record it is. Immutable once made. */
final class FamilyCodec extends ValueCodec {
    private final SchemaType.Family schema;
    private final Map<Class<?>, Member> byClass = new HashMap<>();
    private final Int2ObjectHashMap<RecordCodec> byTag = new Int2ObjectHashMap<>();
    private final int nesting;

    private record Member(int tag, RecordCodec codec) {}

    FamilyCodec(final String name, final Map<Class<?>, RecordCodec> members) {
        int deepest = 0;
        for (final Map.Entry<Class<?>, RecordCodec> entry : members.entrySet()) {
            final RecordCodec codec = entry.getValue();
            final int tag = WireType.tagOf(codec.name());
            byClass.put(entry.getKey(), new Member(tag, codec));
            byTag.put(tag, codec);
            deepest = Math.max(deepest, codec.nesting());
        }
        nesting = deepest;
        schema = new SchemaType.Family(
                name,
                List.copyOf(members.values().stream().map(RecordCodec::schema).toList()));
    }

    @Override
    SchemaType schema() {
        return schema;
    }

    @Override
    void write(final StateWriter writer, final int tag, final Object value) {
        final Member member = byClass.get(value.getClass());
        if (member == null) {
            throw new IllegalStateException(value.getClass() + " is not in the sealed family " + schema.name());
        }
        final int start = writer.beginStruct(tag);
        writer.putName(WireType.FAMILY, member.tag);
        member.codec.writeComponents(writer, value);
        writer.end(start);
    }

    @Override
    Object read(final StateReader reader, final int type) {
        if (type != WireType.STRUCT) {
            throw reader.mismatch(type, "a record");
        }
        final int outer = reader.enter();
        final int tag = reader.readTag();
        final RecordCodec codec =
                tag == (WireType.FAMILY | WireType.NAME) ? byTag.get(reader.readName(WireType.NAME)) : null;
        if (codec == null) {
            throw new StateFormatException(
                    reader.path() + ": a record that this version's " + schema.name() + " does not permit.");
        }
        final Object value = codec.readComponents(reader);
        reader.leave(outer);
        return value;
    }

    @Override
    @Nullable
    Object zero() {
        return null;
    }

    @Override
    boolean isShareable() {
        return false;
    }

    @Override
    int nesting() {
        return nesting;
    }
}
