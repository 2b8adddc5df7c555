package io.dialtone.runtime.node;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.ArgGroupSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** Turns settings into the options of a command, and what was typed back into settings. Used by one thread, at start. */
final class SettingOptions {
    static final String CONFIG_FLAG = "--config";
    static final String CONFIG_VARIABLE = "DIALTONE_CONFIG";

    private SettingOptions() {}

    /** Adds an option for each setting, under the headings of their groups, and {@code --config}. */
    static void addTo(final CommandSpec spec, final List<SettingGroup> groups) {
        spec.addOption(OptionSpec.builder(CONFIG_FLAG)
                .type(Path.class)
                .paramLabel("FILE")
                .description("YAML file with settings; " + CONFIG_VARIABLE
                        + " names one, too. Variables win over the file, options over both.")
                .order(0)
                .build());
        int order = 1;
        for (final SettingGroup group : groups) {
            final ArgGroupSpec.Builder section = ArgGroupSpec.builder()
                    .heading("%n" + group.heading() + ":%n")
                    .validate(false)
                    .exclusive(false)
                    .multiplicity("0..1")
                    .order(order);
            boolean any = false;
            for (final Setting<?> setting : group.settings()) {
                if (!setting.flag().equals(Setting.NO_FLAG)) {
                    section.addArg(option(setting, order++));
                    any = true;
                }
            }
            if (any) {
                spec.addArgGroup(section.build());
            }
        }
    }

    private static OptionSpec option(final Setting<?> setting, final int order) {
        final boolean yesOrNo = isYesOrNo(setting);
        final OptionSpec.Builder option = OptionSpec.builder(setting.flag())
                .type(List.class)
                .auxiliaryTypes(String.class)
                .arity(yesOrNo ? "0..1" : "1")
                .paramLabel(setting.type().label())
                .description(description(setting))
                .order(order);
        if (yesOrNo) {
            option.fallbackValue("true");
        }
        if (!setting.type().choices().isEmpty()) {
            option.completionCandidates(setting.type().choices());
        }
        return option.build();
    }

    /** True for an option whose value may be left out, and then is true. */
    static boolean isYesOrNo(final Setting<?> setting) {
        return setting.type().label().equals("true|false");
    }

    private static String description(final Setting<?> setting) {
        final StringBuilder text = new StringBuilder(setting.sentence());
        text.setCharAt(0, Character.toUpperCase(text.charAt(0)));
        if (!setting.reference().isEmpty()) {
            text.append(" (").append(setting.reference()).append(')');
        }
        text.append('.');
        if (setting.type().list()) {
            text.append(" Repeatable.");
        }
        if (setting.required()) {
            text.append(" Needed.");
        }
        if (setting.defaultText() != null) {
            text.append(" Default: ").append(setting.defaultText()).append('.');
        }
        return text.toString().replace("%", "%%");
    }

    /** Reads the settings of a command from what was typed, the environment and the file. */
    static Settings read(
            final ParseResult typed,
            final List<SettingGroup> groups,
            final Map<String, String> environment,
            final Optional<Path> file)
            throws WrongConfigurationException {
        final Path config = file.orElse(typed.matchedOptionValue(CONFIG_FLAG, (Path) null));
        return read(flags(typed, groups), groups, environment, config);
    }

    /** Reads the settings of a command from the values of its options, the environment and the file, or the file that the environment names. */
    static Settings read(
            final Map<String, List<String>> flags,
            final List<SettingGroup> groups,
            final Map<String, String> environment,
            final @Nullable Path file)
            throws WrongConfigurationException {
        return new SettingsReader(groups, flags, environment, file == null ? configPath(environment) : file).read();
    }

    static Map<String, List<String>> flags(final ParseResult typed, final List<SettingGroup> groups) {
        final Map<String, List<String>> flags = new LinkedHashMap<>();
        for (final SettingGroup group : groups) {
            for (final Setting<?> setting : group.settings()) {
                if (!setting.flag().equals(Setting.NO_FLAG) && typed.hasMatchedOption(setting.flag())) {
                    final List<String> values = typed.matchedOptionValue(setting.flag(), List.of());
                    flags.put(setting.flag(), List.copyOf(values));
                }
            }
        }
        return flags;
    }

    private static @Nullable Path configPath(final Map<String, String> environment) {
        final String named = environment.get(CONFIG_VARIABLE);
        return named == null || named.isBlank() ? null : Path.of(named);
    }
}
