package io.dialtone.state.codec;

import io.dialtone.api.StateName;
import io.dialtone.state.api.StateFormatException;
import java.lang.annotation.Annotation;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Derives codecs from types, once, when a service is deployed. All that is wrong with a type is collected, so that its developer reads it in one go. Used by one
 * thread, then thrown away.
 */
final class CodecPlan {
    /** Where a record says what its components are when the bytes do not know them. */
    private static final String DEFAULTS = "DEFAULTS";

    private static final String CANNOT = "cannot be kept in a session's state.";

    private static final Map<Class<?>, ValueCodec> SIMPLE = Map.ofEntries(
            Map.entry(boolean.class, WholeCodec.BOOLEAN),
            Map.entry(byte.class, WholeCodec.BYTE),
            Map.entry(short.class, WholeCodec.SHORT),
            Map.entry(char.class, WholeCodec.CHAR),
            Map.entry(int.class, WholeCodec.INT),
            Map.entry(long.class, WholeCodec.LONG),
            Map.entry(float.class, PlainCodec.FLOAT),
            Map.entry(double.class, PlainCodec.DOUBLE),
            Map.entry(Boolean.class, new BoxCodec(WholeCodec.BOOLEAN)),
            Map.entry(Byte.class, new BoxCodec(WholeCodec.BYTE)),
            Map.entry(Short.class, new BoxCodec(WholeCodec.SHORT)),
            Map.entry(Character.class, new BoxCodec(WholeCodec.CHAR)),
            Map.entry(Integer.class, new BoxCodec(WholeCodec.INT)),
            Map.entry(Long.class, new BoxCodec(WholeCodec.LONG)),
            Map.entry(Float.class, new BoxCodec(PlainCodec.FLOAT)),
            Map.entry(Double.class, new BoxCodec(PlainCodec.DOUBLE)),
            Map.entry(String.class, PlainCodec.STRING),
            Map.entry(byte[].class, PlainCodec.BYTES),
            Map.entry(boolean[].class, ArrayCodec.BOOLEANS),
            Map.entry(short[].class, ArrayCodec.SHORTS),
            Map.entry(char[].class, ArrayCodec.CHARS),
            Map.entry(int[].class, ArrayCodec.INTS),
            Map.entry(long[].class, ArrayCodec.LONGS),
            Map.entry(float[].class, ArrayCodec.FLOATS),
            Map.entry(double[].class, ArrayCodec.DOUBLES),
            Map.entry(Instant.class, PairCodec.INSTANT),
            Map.entry(Duration.class, PairCodec.DURATION),
            Map.entry(LocalDateTime.class, PairCodec.DATE_TIME),
            Map.entry(LocalDate.class, WholeCodec.DATE),
            Map.entry(LocalTime.class, WholeCodec.TIME),
            Map.entry(UUID.class, PairCodec.ID),
            Map.entry(OptionalInt.class, OptionalCodec.INT),
            Map.entry(OptionalLong.class, OptionalCodec.LONG),
            Map.entry(OptionalDouble.class, OptionalCodec.DOUBLE));

    /** How often a generic record stands in itself: a Pair of Pairs of Pairs. */
    private static final int SAME_TYPE_MAX = 4;

    /** Stands for what cannot be kept, until the plan has failed as a whole. */
    private static final ValueCodec NONE = PlainCodec.STRING;

    private final MethodHandles.Lookup lookup = MethodHandles.lookup();
    private final StateLimits limits;
    private final Set<String> problems = new LinkedHashSet<>();
    private final List<Opened> open = new ArrayList<>();
    private final Map<Type, ValueCodec> known = new HashMap<>();

    /** A type that is being looked into, with what its type parameters stand for. */
    private record Opened(Class<?> type, Map<TypeVariable<?>, Type> bindings) {}

    private CodecPlan(final StateLimits limits) {
        this.limits = limits;
    }

    /**
     * The codec of a state's type.
     *
     * @throws StateFormatException with a line for each thing that is wrong
     */
    static RecordCodec of(final Class<? extends Record> type, final StateLimits limits) {
        final CodecPlan plan = new CodecPlan(limits);
        final ValueCodec codec = plan.codecOf(type, type.getSimpleName(), Map.of());
        if (plan.problems.isEmpty() && codec.nesting() > limits.nestingMax()) {
            plan.problems.add(type.getSimpleName() + ": " + codec.nesting()
                    + " records, collections and optionals within each other (nesting-max: " + limits.nestingMax()
                    + ").");
        }
        if (plan.problems.isEmpty() && codec instanceof final RecordCodec root) {
            return root;
        }
        throw new StateFormatException(String.join("\n", plan.problems));
    }

    private ValueCodec codecOf(final Type type, final String path, final Map<TypeVariable<?>, Type> bindings) {
        return switch (type) {
            case Class<?> raw -> codecOfClass(raw, path);
            case ParameterizedType parameterized -> codecOfParameterized(parameterized, path, bindings);
            case WildcardType wildcard -> codecOf(wildcard.getUpperBounds()[0], path, bindings);
            case TypeVariable<?> variable
            when bindings.containsKey(variable) -> codecOf(bindings.get(variable), path, Map.of());
            case TypeVariable<?> variable ->
                refuse(path, variable.getName() + " is not known here. Maybe name the type itself.");
            case GenericArrayType array -> refuse(path, array + " " + CANNOT + " Maybe a List.");
            default -> refuse(path, type + " " + CANNOT);
        };
    }

    private ValueCodec refuse(final String path, final String sentence) {
        problems.add(path + ": " + sentence);
        return NONE;
    }

    private ValueCodec codecOfClass(final Class<?> type, final String path) {
        final ValueCodec simple = SIMPLE.get(type);
        if (simple != null) {
            return simple;
        }
        final ValueCodec before = known.get(type);
        if (before != null) {
            return before;
        }
        if (type.getTypeParameters().length > 0) {
            return refuse(
                    path,
                    type.getSimpleName() + " of what? Maybe " + type.getSimpleName()
                            + (type.getTypeParameters().length == 1 ? "<String>." : "<String, String>."));
        }
        if (type.isEnum()) {
            return remember(type, codecOfEnum(type, path));
        }
        if (type.isRecord()) {
            return codecOfRecord(type, type, path, Map.of());
        }
        if (type.isSealed() && type.isInterface()) {
            return codecOfFamily(type, path);
        }
        return refuse(path, type.getTypeName() + " " + CANNOT + " Maybe " + Advice.insteadOf(type) + ".");
    }

    private ValueCodec codecOfParameterized(
            final ParameterizedType type, final String path, final Map<TypeVariable<?>, Type> bindings) {
        final Class<?> raw = (Class<?>) type.getRawType();
        final Type[] arguments = type.getActualTypeArguments();
        if (raw == List.class) {
            return CollectionCodec.list(codecOf(arguments[0], path, bindings));
        }
        if (raw == Set.class) {
            return CollectionCodec.set(codecOf(arguments[0], path, bindings));
        }
        if (raw == Map.class) {
            return CollectionCodec.map(codecOf(arguments[0], path, bindings), codecOf(arguments[1], path, bindings));
        }
        if (raw == Optional.class) {
            final ValueCodec inner = codecOf(arguments[0], path, bindings);
            return inner instanceof OptionalCodec
                    ? refuse(path, "an Optional in an Optional " + CANNOT + " Maybe one of them.")
                    : OptionalCodec.of(inner);
        }
        if (raw.isRecord()) {
            final Map<TypeVariable<?>, Type> inner = new HashMap<>();
            for (int i = 0; i < arguments.length; i++) {
                inner.put(raw.getTypeParameters()[i], bound(arguments[i], bindings));
            }
            return codecOfRecord(raw, null, path, inner);
        }
        if (raw.isSealed() && raw.isInterface()) {
            return refuse(path, "a sealed interface with type parameters " + CANNOT + " Maybe one without.");
        }
        return refuse(path, raw.getTypeName() + " " + CANNOT + " Maybe " + Advice.insteadOf(raw) + ".");
    }

    /** A type argument as its user sees it. */
    private static Type bound(final Type argument, final Map<TypeVariable<?>, Type> bindings) {
        return switch (argument) {
            case TypeVariable<?> variable when bindings.containsKey(variable) -> bindings.get(variable);
            case ParameterizedType inner -> BoundType.of(inner, a -> bound(a, bindings));
            case WildcardType wildcard -> bound(wildcard.getUpperBounds()[0], bindings);
            default -> argument;
        };
    }

    private ValueCodec remember(final @Nullable Type type, final ValueCodec codec) {
        if (type != null) {
            known.put(type, codec);
        }
        return codec;
    }

    private ValueCodec codecOfEnum(final Class<?> type, final String path) {
        final Enum<?>[] constants = (Enum<?>[]) type.getEnumConstants();
        if (constants.length == 0) {
            return refuse(path, type.getSimpleName() + " has no constants.");
        }
        final String[] names = new String[constants.length];
        final Map<Integer, String> taken = new HashMap<>();
        for (int i = 0; i < names.length; i++) {
            try {
                names[i] = stateNameOf(type.getField(constants[i].name()), constants[i].name());
            } catch (final NoSuchFieldException e) {
                throw new IllegalStateException(e);
            }
            requireFree(taken, names[i], type.getSimpleName());
        }
        return new EnumCodec(type.getSimpleName(), constants, names);
    }

    private ValueCodec codecOfFamily(final Class<?> type, final String path) {
        if (!tryOpen(type, Map.of())) {
            return containsItself(type, path);
        }
        final Map<Class<?>, RecordCodec> members = new LinkedHashMap<>();
        final Map<Integer, String> taken = new HashMap<>();
        for (final Class<?> member : membersOf(type)) {
            if (!member.isRecord()) {
                refuse(
                        path,
                        member.getTypeName() + " in " + type.getSimpleName() + " is no record. Maybe make it one.");
            } else if (codecOfClass(member, path) instanceof final RecordCodec codec) {
                members.put(member, codec);
                requireFree(taken, codec.name(), type.getSimpleName());
            }
        }
        open.removeLast();
        return remember(type, new FamilyCodec(type.getSimpleName(), members));
    }

    /** A type may stand in itself with other type arguments, but not without end. */
    private boolean tryOpen(final Class<?> type, final Map<TypeVariable<?>, Type> bindings) {
        final Opened opened = new Opened(type, bindings);
        final long same = open.stream().filter(o -> o.type == type).count();
        return !open.contains(opened) && same < SAME_TYPE_MAX && open.add(opened);
    }

    private ValueCodec containsItself(final Class<?> type, final String path) {
        return refuse(
                path,
                type.getSimpleName() + " contains itself; a state has an end. Maybe a List of what it is made of.");
    }

    private static Set<Class<?>> membersOf(final Class<?> type) {
        final Set<Class<?>> members = new LinkedHashSet<>();
        for (final Class<?> permitted : type.getPermittedSubclasses()) {
            if (permitted.isInterface() && permitted.isSealed()) {
                members.addAll(membersOf(permitted));
            } else {
                members.add(permitted);
            }
        }
        return members;
    }

    private ValueCodec codecOfRecord(
            final Class<?> type,
            final @Nullable Type rememberedAs,
            final String path,
            final Map<TypeVariable<?>, Type> bindings) {
        if (!tryOpen(type, bindings)) {
            return containsItself(type, path);
        }
        try {
            return remember(rememberedAs, openRecord(type, bindings));
        } catch (final IllegalAccessException e) {
            return refuse(
                    path,
                    type.getTypeName() + " is closed to Dialtone. Maybe add 'opens " + type.getPackageName()
                            + ";' to its module-info.");
        } finally {
            open.removeLast();
        }
    }

    private ValueCodec openRecord(final Class<?> type, final Map<TypeVariable<?>, Type> bindings)
            throws IllegalAccessException {
        final RecordComponent[] components = type.getRecordComponents();
        final String name = type.getSimpleName();
        if (components.length > StateLimits.COMPONENTS_MAX) {
            return refuse(
                    name,
                    components.length + " components (expected: at most " + StateLimits.COMPONENTS_MAX
                            + "). Maybe records of them.");
        }
        final MethodHandles.Lookup its = MethodHandles.privateLookupIn(type, lookup);
        final Map<Integer, String> taken = new HashMap<>();
        final List<ComponentCodec> codecs = new ArrayList<>();
        final Class<?>[] types = new Class<?>[components.length];
        for (int i = 0; i < components.length; i++) {
            final RecordComponent component = components[i];
            types[i] = component.getType();
            final String path = name + "." + component.getName();
            final String stateName = stateNameOf(component, component.getName());
            requireFree(taken, stateName, name);
            codecs.add(ComponentCodec.of(
                    path, stateName, codecOf(component.getGenericType(), path, bindings), getter(its, component)));
        }
        if (!problems.isEmpty()) {
            return NONE;
        }
        final MethodHandle canonical = canonical(its, type, types);
        final Object defaults = defaultsOf(its, type);
        for (int i = 0; i < components.length; i++) {
            giveDefault(codecs.get(i), components[i], defaults);
        }
        final RecordCodec codec = new RecordCodec(stateNameOf(type, name), codecs, canonical);
        codec.withZero(defaults == null ? zeroOf(codec, codecs) : defaults);
        return codec;
    }

    private static MethodHandle getter(final MethodHandles.Lookup its, final RecordComponent component)
            throws IllegalAccessException {
        try {
            // The field, not the accessor: what a service computes there is not what it keeps.
            return its.findGetter(component.getDeclaringRecord(), component.getName(), component.getType());
        } catch (final NoSuchFieldException e) {
            throw new IllegalStateException(e);
        }
    }

    private static MethodHandle canonical(
            final MethodHandles.Lookup its, final Class<?> type, final Class<?>[] components)
            throws IllegalAccessException {
        try {
            return its.findConstructor(type, MethodType.methodType(void.class, components))
                    .asFixedArity()
                    .asSpreader(Object[].class, components.length)
                    .asType(MethodType.methodType(Object.class, Object[].class));
        } catch (final NoSuchMethodException e) {
            throw new IllegalStateException(e);
        }
    }

    private void giveDefault(
            final ComponentCodec codec, final RecordComponent component, final @Nullable Object defaults) {
        if (defaults != null) {
            codec.withDefault(codec.get(defaults), limits);
        } else if (isNullable(component)) {
            codec.withDefault(null, limits);
        } else {
            final Object zero = codec.value.zero();
            if (zero != null) {
                codec.withDefault(zero, limits);
            }
        }
    }

    /** The record that says what its components are by default: its DEFAULTS, or what its constructor without arguments makes, or null. */
    private @Nullable Object defaultsOf(final MethodHandles.Lookup its, final Class<?> type)
            throws IllegalAccessException {
        try {
            final Field field = type.getDeclaredField(DEFAULTS);
            if (Modifier.isStatic(field.getModifiers()) && field.getType() == type) {
                final Object defaults = its.findStaticGetter(type, DEFAULTS, type)
                        .asType(MethodType.genericMethodType(0))
                        .invokeExact();
                if (defaults == null) {
                    refuse(type.getSimpleName(), DEFAULTS + " is null.");
                }
                return defaults;
            }
        } catch (final NoSuchFieldException e) {
            // Most records have none.
        } catch (final Throwable e) {
            return thrown(type, DEFAULTS, e);
        }
        if (type.getRecordComponents().length == 0) {
            return null;
        }
        for (final Constructor<?> constructor : type.getDeclaredConstructors()) {
            if (constructor.getParameterCount() == 0) {
                try {
                    return its.unreflectConstructor(constructor)
                            .asType(MethodType.genericMethodType(0))
                            .invokeExact();
                } catch (final Throwable e) {
                    return thrown(type, "its constructor without arguments", e);
                }
            }
        }
        return null;
    }

    private @Nullable Object thrown(final Class<?> type, final String what, final Throwable e) {
        if (e instanceof final VirtualMachineError fatal) {
            throw fatal;
        }
        refuse(type.getSimpleName(), what + " cannot be had: " + e);
        return null;
    }

    /** A record of nothing but defaults, if there is a default for everything and the constructor takes it. */
    private static @Nullable Object zeroOf(final RecordCodec codec, final List<ComponentCodec> components) {
        final @Nullable Object[] values = new @Nullable Object[components.size()];
        try {
            for (int i = 0; i < values.length; i++) {
                values[i] = components.get(i).missing();
            }
            return codec.make(values);
        } catch (final StateFormatException e) {
            return null;
        }
    }

    private static String stateNameOf(final AnnotatedElement element, final String name) {
        final StateName annotation = element.getAnnotation(StateName.class);
        return annotation == null ? name : annotation.value();
    }

    private void requireFree(final Map<Integer, String> taken, final String stateName, final String owner) {
        if (!SchemaText.isName(stateName)) {
            refuse(
                    owner,
                    "\"" + stateName
                            + "\" cannot be a name in a state (expected: a Java name). Maybe another @StateName.");
            return;
        }
        final String other = taken.put(WireType.tagOf(stateName), stateName);
        if (other != null) {
            refuse(
                    owner,
                    stateName.equals(other)
                            ? "two parts are kept as " + stateName + ". Maybe another @StateName for one of them."
                            : stateName + " and " + other + " have the same id. Maybe a @StateName for one of them.");
        }
    }

    private static boolean isNullable(final RecordComponent component) {
        return hasNullable(component.getAnnotatedType().getAnnotations())
                || hasNullable(component.getAnnotations())
                || hasNullable(component.getAccessor().getAnnotations());
    }

    /** By its simple name: there are many, and services choose theirs. */
    private static boolean hasNullable(final Annotation[] annotations) {
        for (final Annotation annotation : annotations) {
            if (annotation.annotationType().getSimpleName().equals("Nullable")) {
                return true;
            }
        }
        return false;
    }
}
