package io.dialtone.runtime.node;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What was typed behind the name of a role, read without the command line's library: building its model takes a fifth of a node's start. Only what is plain is read here, options of settings
 * with their values; all else (help, mistakes, files of arguments) is for {@link DialtoneCommand}, which understands the same and has words for the rest. Used by the main thread only.
 *
 * @param flags the values of each option
 * @param config the file that {@code --config} names, or null
 */
record RoleArguments(
        Map<String, List<String>> flags, @Nullable Path config) {
    private static final String OPTION = "--";

    /** Reads it; empty if it is not plain. */
    static Optional<RoleArguments> read(final List<String> typed, final List<SettingGroup> groups) {
        final Map<String, Setting<?>> settings = new HashMap<>();
        for (final SettingGroup group : groups) {
            for (final Setting<?> setting : group.settings()) {
                settings.put(setting.flag(), setting);
            }
        }
        settings.remove(Setting.NO_FLAG);
        final Map<String, List<String>> flags = new LinkedHashMap<>();
        String config = null;
        for (int i = 0; i < typed.size(); i++) {
            final String word = typed.get(i);
            final int equals = word.indexOf('=');
            final String flag = equals < 0 ? word : word.substring(0, equals);
            final Setting<?> setting = settings.get(flag);
            final boolean isConfig = flag.equals(SettingOptions.CONFIG_FLAG);
            if (setting == null && !isConfig) {
                return Optional.empty();
            }
            final String value;
            if (equals >= 0) {
                value = word.substring(equals + 1);
            } else if (i + 1 < typed.size() && !typed.get(i + 1).startsWith(OPTION)) {
                value = typed.get(++i);
            } else if (setting != null && SettingOptions.isYesOrNo(setting)) {
                value = String.valueOf(true);
            } else {
                return Optional.empty();
            }
            if (value.isEmpty() || value.startsWith("-") || value.startsWith("@") || (isConfig && config != null)) {
                return Optional.empty();
            }
            if (isConfig) {
                config = value;
            } else {
                flags.computeIfAbsent(flag, each -> new ArrayList<>()).add(value);
            }
        }
        try {
            return Optional.of(new RoleArguments(flags, config == null ? null : Path.of(config)));
        } catch (InvalidPathException e) {
            return Optional.empty(); // whoever has words for it says so
        }
    }
}
