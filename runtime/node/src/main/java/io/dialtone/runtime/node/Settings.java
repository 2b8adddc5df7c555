package io.dialtone.runtime.node;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The settings of one process, read and checked. Immutable, for any thread. */
final class Settings {
    private final Map<Setting<?>, Object> values;
    private final Map<Setting<?>, String> origins;
    private final YamlNode.@Nullable Mapping file;
    private final String fileName;

    Settings(
            final Map<Setting<?>, Object> values,
            final Map<Setting<?>, String> origins,
            final YamlNode.@Nullable Mapping file,
            final String fileName) {
        this.values = Map.copyOf(values);
        this.origins = Map.copyOf(origins);
        this.file = file;
        this.fileName = fileName;
    }

    /** The same with other values of some settings, and who set them. */
    Settings with(final Map<Setting<?>, Object> others, final Map<Setting<?>, String> theirOrigins) {
        final Map<Setting<?>, Object> all = new HashMap<>(values);
        all.putAll(others);
        final Map<Setting<?>, String> allOrigins = new HashMap<>(origins);
        allOrigins.putAll(theirOrigins);
        return new Settings(all, allOrigins, file, fileName);
    }

    /** A setting that has a default or is required. */
    <T> T get(final Setting<T> setting) {
        return find(setting).orElseThrow(() -> new IllegalStateException(setting.key() + " has no value"));
    }

    @SuppressWarnings("unchecked") // the reader put a T there
    <T> Optional<T> find(final Setting<T> setting) {
        return Optional.ofNullable((T) values.get(setting));
    }

    /** Whether somebody set it, be it to its default. */
    boolean isExplicit(final Setting<?> setting) {
        return origins.containsKey(setting);
    }

    /** Who set it, for messages: a flag, a variable, a line of a file; empty for a default. */
    String origin(final Setting<?> setting) {
        return origins.getOrDefault(setting, "");
    }

    /** The part of the file that is more than settings: services, members. Null if there is none. */
    @Nullable
    YamlNode structure(final String path) {
        return file == null ? null : file.find(path);
    }

    String fileName() {
        return fileName;
    }
}
