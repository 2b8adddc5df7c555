package io.dialtone.state.codec;

import io.dialtone.state.api.StateFormatException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/** One component of a record: how it is taken out, written, read, and what it is when the bytes do not know it. Immutable once its record's codec is made. */
abstract sealed class ComponentCodec {
    final String path;
    final String stateName;
    final int tag;
    final ValueCodec value;

    private boolean hasDefault;
    private @Nullable Object sharedDefault;
    private byte @Nullable [] defaultBytes;

    private ComponentCodec(final String path, final String stateName, final ValueCodec value) {
        this.path = path;
        this.stateName = stateName;
        this.value = value;
        tag = WireType.tagOf(stateName);
    }

    /** Binds a component to the getter of its field. */
    static ComponentCodec of(
            final String path, final String stateName, final ValueCodec value, final MethodHandle getter) {
        final Class<?> type = getter.type().returnType();
        if (!type.isPrimitive()) {
            return new OfObject(path, stateName, value, getter);
        }
        if (type == float.class) {
            return new OfFloat(path, stateName, value, getter);
        }
        return type == double.class
                ? new OfDouble(path, stateName, value, getter)
                : new OfWhole(path, stateName, value, getter);
    }

    /** Writes the component of {@code owner}, tag first. */
    abstract void write(StateWriter writer, Object owner);

    /** The component of {@code owner} as an object; for defaults, off the path. */
    abstract @Nullable Object get(Object owner);

    abstract boolean isPrimitive();

    @Nullable
    Object read(final StateReader reader, final int type) {
        if (type == WireType.NULL && isPrimitive()) {
            return missing();
        }
        return value.readAny(reader, type);
    }

    /** The value when the bytes do not have it. */
    @Nullable
    Object missing() {
        if (defaultBytes != null) {
            // An array is the session's own: it is made anew.
            final StateReader reader = new StateReader();
            reader.wrap(new UnsafeBuffer(defaultBytes), 0, defaultBytes.length);
            return value.readAny(reader, reader.readType());
        }
        if (!hasDefault) {
            throw new StateFormatException(path + ": not there, and it has no default. "
                    + "Maybe give its record a static final DEFAULTS, or make the component an Optional.");
        }
        return sharedDefault;
    }

    void withDefault(final @Nullable Object newDefault, final StateLimits limits) {
        hasDefault = true;
        sharedDefault = newDefault;
        if (newDefault != null && !value.isShareable()) {
            final StateWriter writer = new StateWriter(limits);
            writer.begin();
            value.write(writer, WireType.ELEMENT, newDefault);
            writer.finish();
            if (writer.isFull()) {
                throw new StateFormatException(path + ": its default is longer than a state may be.");
            }
            sharedDefault = null;
            defaultBytes = writer.toByteArray();
        }
    }

    SchemaType.Component schema() {
        return new SchemaType.Component(stateName, value.schema(), hasDefault);
    }

    /** A getter throws nothing, so this is a bug of ours. */
    private static IllegalStateException broken(final Throwable e) {
        return new IllegalStateException("A record's field cannot be read.", e);
    }

    private static final class OfWhole extends ComponentCodec {
        private final MethodHandle getter;
        private final MethodHandle boxing;

        OfWhole(final String path, final String stateName, final ValueCodec value, final MethodHandle getter) {
            super(path, stateName, value);
            // Casting, because a boolean is not widened otherwise.
            this.getter = MethodHandles.explicitCastArguments(getter, MethodType.methodType(long.class, Object.class));
            boxing = getter.asType(MethodType.methodType(Object.class, Object.class));
        }

        @Override
        void write(final StateWriter writer, final Object owner) {
            final long whole;
            try {
                whole = (long) getter.invokeExact(owner);
            } catch (final Throwable e) {
                throw broken(e);
            }
            writer.putInteger(tag, whole);
        }

        @Override
        Object get(final Object owner) {
            try {
                return boxing.invokeExact(owner);
            } catch (final Throwable e) {
                throw broken(e);
            }
        }

        @Override
        boolean isPrimitive() {
            return true;
        }
    }

    private static final class OfFloat extends ComponentCodec {
        private final MethodHandle getter;

        OfFloat(final String path, final String stateName, final ValueCodec value, final MethodHandle getter) {
            super(path, stateName, value);
            this.getter = getter.asType(MethodType.methodType(float.class, Object.class));
        }

        private float field(final Object owner) {
            try {
                return (float) getter.invokeExact(owner);
            } catch (final Throwable e) {
                throw broken(e);
            }
        }

        @Override
        void write(final StateWriter writer, final Object owner) {
            writer.putFloat(tag, field(owner));
        }

        @Override
        Object get(final Object owner) {
            return field(owner);
        }

        @Override
        boolean isPrimitive() {
            return true;
        }
    }

    private static final class OfDouble extends ComponentCodec {
        private final MethodHandle getter;

        OfDouble(final String path, final String stateName, final ValueCodec value, final MethodHandle getter) {
            super(path, stateName, value);
            this.getter = getter.asType(MethodType.methodType(double.class, Object.class));
        }

        private double field(final Object owner) {
            try {
                return (double) getter.invokeExact(owner);
            } catch (final Throwable e) {
                throw broken(e);
            }
        }

        @Override
        void write(final StateWriter writer, final Object owner) {
            writer.putDouble(tag, field(owner));
        }

        @Override
        Object get(final Object owner) {
            return field(owner);
        }

        @Override
        boolean isPrimitive() {
            return true;
        }
    }

    private static final class OfObject extends ComponentCodec {
        private final MethodHandle getter;

        OfObject(final String path, final String stateName, final ValueCodec value, final MethodHandle getter) {
            super(path, stateName, value);
            this.getter = getter.asType(MethodType.methodType(Object.class, Object.class));
        }

        @Override
        void write(final StateWriter writer, final Object owner) {
            value.writeAny(writer, tag, get(owner));
        }

        @Override
        @Nullable
        Object get(final Object owner) {
            try {
                return getter.invokeExact(owner);
            } catch (final Throwable e) {
                throw broken(e);
            }
        }

        @Override
        boolean isPrimitive() {
            return false;
        }
    }
}
