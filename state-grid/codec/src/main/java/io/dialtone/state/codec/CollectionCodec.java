package io.dialtone.state.codec;

import io.dialtone.state.api.StateFormatException;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.RandomAccess;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Lists, sets and maps. What is read cannot be changed, and keeps the order in which it was written. Immutable. */
abstract sealed class CollectionCodec extends ValueCodec {
    private CollectionCodec() {}

    static ValueCodec list(final ValueCodec element) {
        return new OfList(element);
    }

    static ValueCodec set(final ValueCodec element) {
        return new OfSet(element);
    }

    static ValueCodec map(final ValueCodec key, final ValueCodec value) {
        return new OfMap(key, value);
    }

    @Override
    final boolean isShareable() {
        return false;
    }

    private static final class OfList extends CollectionCodec {
        private final SchemaType schema;
        private final ValueCodec element;

        OfList(final ValueCodec element) {
            schema = new SchemaType.ListOf(element.schema());
            this.element = element;
        }

        @Override
        SchemaType schema() {
            return schema;
        }

        @Override
        void write(final StateWriter writer, final int tag, final Object value) {
            final List<?> list = (List<?>) value;
            final int count = list.size();
            final int start = writer.beginElements(tag, WireType.LIST, count);
            if (list instanceof RandomAccess) {
                for (int i = 0; i < count && !writer.isFull(); i++) {
                    element.writeAny(writer, WireType.ELEMENT, list.get(i));
                }
            } else {
                writeElements(writer, element, list);
            }
            writer.end(start);
        }

        @Override
        Object read(final StateReader reader, final int type) {
            if (type != WireType.LIST) {
                throw reader.mismatch(type, "a list");
            }
            final int outer = reader.enter();
            final @Nullable Object[] elements = new @Nullable Object[reader.readCount(1)];
            boolean hasNull = false;
            for (int i = 0; i < elements.length; i++) {
                elements[i] = element.readAny(reader, reader.readType());
                hasNull |= elements[i] == null;
            }
            reader.leave(outer);
            return hasNull ? Collections.unmodifiableList(Arrays.asList(elements)) : List.of(elements);
        }

        @Override
        Object zero() {
            return List.of();
        }

        @Override
        int nesting() {
            return 1 + element.nesting();
        }
    }

    private static final class OfSet extends CollectionCodec {
        private final SchemaType schema;
        private final ValueCodec element;

        OfSet(final ValueCodec element) {
            schema = new SchemaType.SetOf(element.schema());
            this.element = element;
        }

        @Override
        SchemaType schema() {
            return schema;
        }

        @Override
        void write(final StateWriter writer, final int tag, final Object value) {
            final Set<?> set = (Set<?>) value;
            final int start = writer.beginElements(tag, WireType.LIST, set.size());
            writeElements(writer, element, set);
            writer.end(start);
        }

        @Override
        Object read(final StateReader reader, final int type) {
            if (type != WireType.LIST) {
                throw reader.mismatch(type, "a set");
            }
            final int outer = reader.enter();
            final int count = reader.readCount(1);
            final Set<@Nullable Object> set = LinkedHashSet.newLinkedHashSet(count);
            for (int i = 0; i < count; i++) {
                final Object next = element.readAny(reader, reader.readType());
                try {
                    set.add(next);
                } catch (final RuntimeException e) {
                    throw refusedByItsType(reader, e);
                }
            }
            reader.leave(outer);
            return Collections.unmodifiableSet(set);
        }

        @Override
        Object zero() {
            return Set.of();
        }

        @Override
        int nesting() {
            return 1 + element.nesting();
        }
    }

    private static final class OfMap extends CollectionCodec {
        private final SchemaType schema;
        private final ValueCodec key;
        private final ValueCodec value;

        OfMap(final ValueCodec key, final ValueCodec value) {
            schema = new SchemaType.MapOf(key.schema(), value.schema());
            this.key = key;
            this.value = value;
        }

        @Override
        SchemaType schema() {
            return schema;
        }

        @Override
        void write(final StateWriter writer, final int tag, final Object map) {
            final Set<? extends Map.Entry<?, ?>> entries = ((Map<?, ?>) map).entrySet();
            final int start = writer.beginElements(tag, WireType.MAP, entries.size());
            for (final Map.Entry<?, ?> entry : entries) {
                if (writer.isFull()) {
                    return;
                }
                key.writeAny(writer, WireType.ELEMENT, entry.getKey());
                value.writeAny(writer, WireType.ELEMENT, entry.getValue());
            }
            writer.end(start);
        }

        @Override
        Object read(final StateReader reader, final int type) {
            if (type != WireType.MAP) {
                throw reader.mismatch(type, "a map");
            }
            final int outer = reader.enter();
            final int count = reader.readCount(2);
            final Map<@Nullable Object, @Nullable Object> map = LinkedHashMap.newLinkedHashMap(count);
            for (int i = 0; i < count; i++) {
                final Object nextKey = key.readAny(reader, reader.readType());
                final Object nextValue = value.readAny(reader, reader.readType());
                try {
                    map.put(nextKey, nextValue);
                } catch (final RuntimeException e) {
                    throw refusedByItsType(reader, e);
                }
            }
            reader.leave(outer);
            return Collections.unmodifiableMap(map);
        }

        @Override
        Object zero() {
            return Map.of();
        }

        @Override
        int nesting() {
            return 1 + Math.max(key.nesting(), value.nesting());
        }
    }

    private static void writeElements(
            final StateWriter writer, final ValueCodec element, final Collection<?> collection) {
        for (final Object next : collection) {
            if (writer.isFull()) {
                return;
            }
            element.writeAny(writer, WireType.ELEMENT, next);
        }
    }

    /** A service's own hashCode or equals has thrown. */
    private static StateFormatException refusedByItsType(final StateReader reader, final RuntimeException e) {
        return new StateFormatException(reader.path() + ": a value that its own type refuses: " + e);
    }
}
