package io.dialtone.runtime.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Reads the settings of a role: flags before the environment before the file before defaults. Everything that is wrong is said at once.
 * Used by one thread, before any other starts.
 */
final class SettingsReader {
    private final List<SettingGroup> groups;
    private final Problems problems = new Problems();
    private final Map<Setting<?>, Object> values = new HashMap<>();
    private final Map<Setting<?>, String> origins = new LinkedHashMap<>();
    private final Map<String, List<String>> flags;
    private final Map<String, String> environment;
    private final @Nullable Path path;
    private YamlNode.@Nullable Mapping file;

    /**
     * @param groups what the role knows
     * @param flags what the command line says, by the name of the flag
     * @param path the configuration file, or null
     */
    SettingsReader(
            final List<SettingGroup> groups,
            final Map<String, List<String>> flags,
            final Map<String, String> environment,
            final @Nullable Path path) {
        this.groups = groups;
        this.flags = flags;
        this.environment = environment;
        this.path = path;
    }

    /** Settings, or the exception that names all that is wrong with them. */
    Settings read() throws WrongConfigurationException {
        file = path == null ? null : readFile(path);
        checkFileKeys();
        for (final SettingGroup group : groups) {
            for (final Setting<?> setting : group.settings()) {
                read(setting);
            }
        }
        checkEnvironmentNames();
        problems.throwIfAny();
        return new Settings(values, origins, file, fileName());
    }

    private static YamlNode.Mapping readFile(final Path path) throws WrongConfigurationException {
        try {
            return YamlNode.read(Files.readString(path), path.toString());
        } catch (NoSuchFileException e) {
            throw new WrongConfigurationException(path + " is not there (expected: a configuration file)");
        } catch (IOException e) {
            throw new WrongConfigurationException(path + " cannot be read: " + e.getMessage());
        }
    }

    private String fileName() {
        return path == null ? "" : path.toString();
    }

    private <T> void read(final Setting<T> setting) {
        final List<String> fromFlags = flags.get(setting.flag());
        if (fromFlags != null) {
            if (fromFlags.size() > 1 && !setting.type().list()) {
                problems.add(setting.flag() + " is there " + fromFlags.size() + " times (expected: once).");
            }
            accept(setting, fromFlags, setting.flag(), false);
            return;
        }
        final String fromEnvironment = environment.get(setting.environmentName());
        if (fromEnvironment != null) {
            accept(setting, List.of(fromEnvironment), setting.environmentName(), false);
            return;
        }
        final YamlNode node = file == null ? null : file.find(setting.key());
        if (node != null) {
            readNode(setting, node);
            return;
        }
        if (setting.defaultText() != null) {
            acceptDefault(setting, setting.defaultText());
        } else if (setting.required()) {
            problems.add(setting.key() + " is missing (expected: "
                    + setting.type().expected() + "). Give it as " + setting.flag() + " "
                    + setting.type().label() + ", as " + setting.environmentName() + ", or in a file with --config.");
        }
    }

    private <T> void readNode(final Setting<T> setting, final YamlNode node) {
        final String origin = fileName() + ":" + node.line();
        switch (node) {
            case YamlNode.Scalar scalar -> accept(setting, List.of(scalar.text()), origin, true);
            case YamlNode.Sequence sequence
            when setting.type().list() -> {
                final List<String> texts = new ArrayList<>();
                for (final YamlNode item : sequence.items()) {
                    if (item instanceof YamlNode.Scalar scalar) {
                        texts.add(scalar.text());
                    } else {
                        problems.wrongValue(
                                setting.key(),
                                "something with parts",
                                setting.type().expected(),
                                null,
                                fileName() + ":" + item.line());
                    }
                }
                accept(setting, texts, origin, true);
            }
            case YamlNode.Sequence _, YamlNode.Mapping _ ->
                problems.wrongValue(
                        setting.key(), "something with parts", setting.type().expected(), null, origin);
        }
    }

    private <T> void accept(
            final Setting<T> setting, final List<String> texts, final String origin, final boolean fromFile) {
        final String text = String.join(",", texts);
        try {
            final T value = setting.type().reader().read(text);
            values.put(setting, fromFile ? besideFile(value) : value);
            origins.put(setting, origin);
        } catch (WrongValueException e) {
            problems.wrongValue(setting.key(), text, e.expected(), maybe(setting, text), origin);
        }
    }

    private <T> void acceptDefault(final Setting<T> setting, final String text) {
        try {
            values.put(setting, setting.type().reader().read(text));
        } catch (WrongValueException e) {
            throw new IllegalStateException("the default of " + setting.key() + " is wrong: " + text, e);
        }
    }

    /** The name of a file in a file is relative to the latter. */
    private Object besideFile(final Object value) {
        if (path == null) {
            return value;
        }
        return switch (value) {
            case Path named -> path.resolveSibling(named);
            case List<?> several -> several.stream().map(this::besideFile).toList();
            default -> value;
        };
    }

    private static @Nullable String maybe(final Setting<?> setting, final String text) {
        final String meant = Problems.nearest(text, setting.type().choices());
        if (meant != null) {
            return meant;
        }
        if (setting.type().label().equals("TIME") && text.matches("\\d+")) {
            return text + "ms";
        }
        return setting.defaultText() == null ? null : setting.defaultText() + ", the default";
    }

    private void checkFileKeys() {
        if (file != null) {
            checkFileKeys(file, "");
        }
    }

    private void checkFileKeys(final YamlNode.Mapping mapping, final String prefix) {
        for (final Map.Entry<String, YamlNode> entry : mapping.entries().entrySet()) {
            final String key = prefix + entry.getKey();
            if (SettingsCatalogue.STRUCTURES.contains(key)
                    || SettingsCatalogue.byKey().containsKey(key)) {
                continue;
            }
            final boolean section = SettingsCatalogue.sections().contains(key);
            if (section && entry.getValue() instanceof YamlNode.Mapping inner) {
                checkFileKeys(inner, key + ".");
            } else if (!section) {
                unknownKey(key, prefix, entry);
            } else if (!(entry.getValue() instanceof YamlNode.Scalar scalar
                    && scalar.text().isEmpty())) {
                problems.wrongValue(
                        key,
                        "a value",
                        "names and their values",
                        null,
                        fileName() + ":" + entry.getValue().line());
            }
        }
    }

    private void unknownKey(final String key, final String prefix, final Map.Entry<String, YamlNode> entry) {
        final TreeSet<String> siblings = new TreeSet<>();
        for (final String known : SettingsCatalogue.allKeys()) {
            if (known.startsWith(prefix)) {
                final String rest = known.substring(prefix.length());
                final int dot = rest.indexOf('.');
                siblings.add(prefix + (dot < 0 ? rest : rest.substring(0, dot)));
            }
        }
        String meant = Problems.nearest(key, siblings);
        if (meant == null) {
            meant = SettingsCatalogue.allKeys().stream()
                    .filter(known -> known.endsWith("." + entry.getKey()))
                    .findFirst()
                    .orElse(null);
        }
        problems.add(key + " is no setting."
                + (meant == null ? " docs/reference/settings.md lists all." : " Maybe " + meant + ".") + " ["
                + fileName() + ":" + entry.getValue().line() + "]");
    }

    /** A variable that is nearly one of ours is a mistake; one that is far from all may be somebody else's. */
    private void checkEnvironmentNames() {
        for (final String name : environment.keySet()) {
            if (name.startsWith(Setting.ENVIRONMENT_PREFIX)
                    && !SettingsCatalogue.environmentNames().contains(name)) {
                final String meant = Problems.nearest(name, SettingsCatalogue.environmentNames());
                if (meant != null) {
                    problems.add(name + " is no setting. Maybe " + meant + ". [environment]");
                }
            }
        }
    }
}
