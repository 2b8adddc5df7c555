package io.dialtone.state.codec;

import org.jspecify.annotations.Nullable;

/** Writes and reads values of one type. Holds nothing of them: one for all workers. */
abstract class ValueCodec {
    abstract SchemaType schema();

    /** Writes a value of this type. */
    abstract void write(StateWriter writer, int tag, Object value);

    /** Reads a value that is there, of whatever type the bytes say. */
    abstract Object read(StateReader reader, int type);

    /** What stands for a value that the bytes say is not there. */
    @Nullable
    Object absent() {
        return null;
    }

    /** The value of a component that the bytes do not know, when its record says nothing else; null if there is none. */
    abstract @Nullable Object zero();

    /** True if one object may be the value in many sessions. */
    boolean isShareable() {
        return true;
    }

    /** Levels of records, collections and optionals, this one included. */
    int nesting() {
        return 0;
    }

    final void writeAny(final StateWriter writer, final int tag, final @Nullable Object value) {
        if (value == null) {
            writer.putNull(tag);
        } else {
            write(writer, tag, value);
        }
    }

    final @Nullable Object readAny(final StateReader reader, final int type) {
        return type == WireType.NULL ? absent() : read(reader, type);
    }
}
