package io.dialtone.runtime.node;

import io.dialtone.runtime.engine.ReplyPort;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** Reads which services a node runs: the one that settings name, or those that are listed under {@code service.chain}, in the order in which a request comes to them. Used by the main thread, at start. */
final class ServiceChainSettings {
    /** The list of services, each with settings of its own. */
    static final String CHAIN = "service.chain";

    /** As many services may be in a chain. */
    static final int SERVICES_MAX = ReplyPort.SERVICES_MAX;

    private static final String SECTION = "service.";
    private static final String NAME = "name";
    private static final String HANDLER = "handler";

    /** What names a service in URIs, where a colon, a semicolon or a blank would say something else. */
    private static final Pattern NAME_FORM = Pattern.compile("[A-Za-z][A-Za-z0-9_-]{0,31}");

    /** What each service of a chain may have for itself. */
    private static final Map<String, Setting<?>> OF_EACH = ofEach();

    private final Settings common;
    private final Problems problems;
    private final Set<String> names = new HashSet<>();

    private ServiceChainSettings(final Settings common, final Problems problems) {
        this.common = common;
        this.problems = problems;
    }

    /** The settings of each service; adds what is wrong with them to the problems. */
    static List<Settings> read(final Settings settings, final Problems problems) {
        final YamlNode node = settings.structure(CHAIN);
        if (node == null) {
            if (settings.find(NodeSettings.HANDLER).isEmpty()) {
                problems.add(NodeSettings.HANDLER.key() + " is missing (expected: "
                        + NodeSettings.HANDLER.type().expected() + "). Give it as " + NodeSettings.HANDLER.flag()
                        + " CLASS, as " + NodeSettings.HANDLER.environmentName()
                        + ", or in a file with --config; or list several services under " + CHAIN + " there.");
                return List.of();
            }
            return List.of(settings);
        }
        if (settings.isExplicit(NodeSettings.HANDLER)) {
            problems.add(NodeSettings.HANDLER.key() + " and " + CHAIN + " are both there (expected: one of them). ["
                    + settings.origin(NodeSettings.HANDLER) + "]");
        }
        if (!(node instanceof YamlNode.Sequence sequence)
                || sequence.items().isEmpty()
                || sequence.items().size() > SERVICES_MAX) {
            problems.wrongValue(
                    CHAIN,
                    node instanceof YamlNode.Sequence several ? several.items().size() + " services" : "no list",
                    "a list of 1 to " + SERVICES_MAX + " services",
                    null,
                    settings.fileName() + ":" + node.line());
            return List.of();
        }
        final ServiceChainSettings reader = new ServiceChainSettings(settings, problems);
        final List<Settings> services = new ArrayList<>();
        for (int i = 0; i < sequence.items().size(); i++) {
            services.add(reader.service(CHAIN + "[" + i + "]", sequence.items().get(i)));
        }
        return services;
    }

    private Settings service(final String place, final YamlNode item) {
        final String origin = common.fileName() + ":" + item.line();
        final Map<Setting<?>, Object> values = new LinkedHashMap<>();
        final Map<Setting<?>, String> origins = new LinkedHashMap<>();
        if (!(item instanceof YamlNode.Mapping mapping)) {
            problems.wrongValue(place, "no service", "{ name: ..., handler: ... }", null, origin);
            return common;
        }
        mapping.entries().forEach((key, value) -> {
            final Setting<?> setting = OF_EACH.get(key);
            final String where = common.fileName() + ":" + value.line();
            if (setting == null) {
                final String meant = Problems.nearest(key, OF_EACH.keySet());
                problems.add(place + "." + key + " is no setting of a service in a chain (expected: one of "
                        + String.join(", ", new TreeSet<>(OF_EACH.keySet())) + ")."
                        + (meant == null ? "" : " Maybe " + meant + ".") + " [" + where + "]");
                return;
            }
            final String text = textOf(value);
            try {
                values.put(setting, setting.type().reader().read(text));
                origins.put(setting, where);
            } catch (WrongValueException e) {
                problems.wrongValue(
                        place + "." + key,
                        text,
                        e.expected(),
                        Problems.nearest(text, setting.type().choices()),
                        where);
            }
        });
        OF_EACH.forEach((key, setting) -> {
            final boolean isNeeded = key.equals(NAME) || key.equals(HANDLER);
            if (isNeeded && !mapping.entries().containsKey(key)) {
                problems.add(place + "." + key + " is missing (expected: "
                        + setting.type().expected() + "). [" + origin + "]");
            }
        });
        if (values.get(NodeSettings.SERVICE_NAME) instanceof final String name) {
            checkName(place, name, origins.getOrDefault(NodeSettings.SERVICE_NAME, origin));
        }
        return common.with(values, origins);
    }

    private void checkName(final String place, final String name, final String origin) {
        if (!NAME_FORM.matcher(name).matches()) {
            final String plain = name.replaceAll("[^A-Za-z0-9_-]", "-");
            problems.wrongValue(
                    place + "." + NAME,
                    name,
                    "a letter, then up to 31 letters, digits, - and _, for it is a part of URIs",
                    NAME_FORM.matcher(plain).matches() ? plain : null,
                    origin);
        } else if (!names.add(name.toLowerCase(Locale.ROOT))) {
            problems.wrongValue(
                    place + "." + NAME, name, "a name that no other service of the chain has", null, origin);
        }
    }

    private static String textOf(final YamlNode node) {
        return switch (node) {
            case YamlNode.Scalar scalar -> scalar.text();
            case YamlNode.Sequence sequence ->
                String.join(
                        ",",
                        sequence.items().stream()
                                .map(ServiceChainSettings::textOf)
                                .toList());
            case YamlNode.Mapping _ -> "?";
        };
    }

    private static Map<String, Setting<?>> ofEach() {
        final Map<String, Setting<?>> settings = new LinkedHashMap<>();
        for (final Setting<?> setting : List.of(
                NodeSettings.SERVICE_NAME,
                NodeSettings.SERVICE_VERSION,
                NodeSettings.HANDLER,
                NodeSettings.STATE_SIZE_MAX,
                NodeSettings.REALM,
                NodeSettings.DIGEST_ALGORITHMS,
                NodeSettings.DIGEST_BODIES)) {
            settings.put(setting.key().substring(SECTION.length()), setting);
        }
        return settings;
    }
}
