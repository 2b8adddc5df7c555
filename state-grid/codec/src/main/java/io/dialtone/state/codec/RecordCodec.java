package io.dialtone.state.codec;

import io.dialtone.state.api.StateFormatException;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A record, component by component, each found by the id of its name. A component that the bytes do not have takes its default; one that this version does not know
 * is skipped. Immutable once made.
 */
final class RecordCodec extends ValueCodec {
    /** Marks what the bytes have not given yet. */
    private static final Object MISSING = new Object();

    private final String name;
    private final ComponentCodec[] components;
    private final int[] sortedTags;
    private final int[] places;
    private final MethodHandle constructor;
    private final SchemaType.Struct schema;
    private final int nesting;
    private @Nullable Object zero;

    /**
     * @param name under which it is kept in a sealed family
     * @param constructor the canonical one, of type {@code (Object[])Object}
     */
    RecordCodec(final String name, final List<ComponentCodec> inOrder, final MethodHandle constructor) {
        this.name = name;
        this.constructor = constructor;
        components = inOrder.toArray(ComponentCodec[]::new);
        final Integer[] order = new Integer[components.length];
        Arrays.setAll(order, i -> i);
        Arrays.sort(order, Comparator.comparingInt(i -> components[i].tag));
        places = new int[order.length];
        Arrays.setAll(places, i -> order[i]);
        sortedTags = Arrays.stream(order).mapToInt(i -> components[i].tag).toArray();
        schema = new SchemaType.Struct(
                name, inOrder.stream().map(ComponentCodec::schema).toList());
        nesting = 1 + inOrder.stream().mapToInt(c -> c.value.nesting()).max().orElse(0);
    }

    /** What a component of this type is when nothing is known of it. */
    void withZero(final @Nullable Object newZero) {
        zero = newZero;
    }

    String name() {
        return name;
    }

    @Override
    SchemaType.Struct schema() {
        return schema;
    }

    @Override
    void write(final StateWriter writer, final int tag, final Object value) {
        final int start = writer.beginStruct(tag);
        writeComponents(writer, value);
        writer.end(start);
    }

    void writeComponents(final StateWriter writer, final Object value) {
        for (final ComponentCodec component : components) {
            component.write(writer, value);
        }
    }

    @Override
    Object read(final StateReader reader, final int type) {
        if (type != WireType.STRUCT) {
            throw reader.mismatch(type, "a record");
        }
        final int outer = reader.enter();
        final Object value = readComponents(reader);
        reader.leave(outer);
        return value;
    }

    /** Reads components up to the end of what was entered. */
    @SuppressWarnings("ReferenceEquality") // MISSING is equal to nothing else, and equals would run the service's code
    Object readComponents(final StateReader reader) {
        final @Nullable Object[] values = new @Nullable Object[components.length];
        Arrays.fill(values, MISSING);
        int next = 0;
        while (reader.hasMore()) {
            reader.at(name);
            final int tagAndType = reader.readTag();
            final int tag = tagAndType & ~WireType.MASK;
            final int place = next < components.length && components[next].tag == tag ? next : placeOf(tag);
            if (place < 0) {
                reader.skip(tagAndType & WireType.MASK);
                continue;
            }
            if (values[place] != MISSING) {
                throw new StateFormatException(components[place].path + ": twice.");
            }
            reader.at(components[place].path);
            values[place] = components[place].read(reader, tagAndType & WireType.MASK);
            next = place + 1;
        }
        for (int i = 0; i < values.length; i++) {
            if (values[i] == MISSING) {
                values[i] = components[i].missing();
            }
        }
        return make(values);
    }

    private int placeOf(final int tag) {
        final int found = Arrays.binarySearch(sortedTags, tag);
        return found < 0 ? -1 : places[found];
    }

    /** Runs the record's own constructor, which may have its own opinion. */
    Object make(final @Nullable Object[] values) {
        try {
            return constructor.invokeExact(values);
        } catch (final VirtualMachineError e) {
            throw e;
        } catch (final Throwable e) {
            throw new StateFormatException(name + ": its constructor refuses what was kept: " + e);
        }
    }

    @Override
    @Nullable
    Object zero() {
        return zero;
    }

    @Override
    boolean isShareable() {
        for (final ComponentCodec component : components) {
            if (!component.value.isShareable()) {
                return false;
            }
        }
        return true;
    }

    @Override
    int nesting() {
        return nesting;
    }
}
