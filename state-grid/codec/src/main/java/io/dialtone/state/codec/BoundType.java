package io.dialtone.state.codec;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A generic type whose arguments have been filled in. Immutable. */
record BoundType(Type raw, List<Type> arguments) implements ParameterizedType {
    static BoundType of(final ParameterizedType type, final UnaryOperator<Type> argument) {
        return new BoundType(
                type.getRawType(),
                Arrays.stream(type.getActualTypeArguments()).map(argument).toList());
    }

    @Override
    public Type[] getActualTypeArguments() {
        return arguments.toArray(Type[]::new);
    }

    @Override
    public Type getRawType() {
        return raw;
    }

    @Override
    public @Nullable Type getOwnerType() {
        return null;
    }
}
