package io.dialtone.runtime.node;

import io.dialtone.diameter.dictionary.ApplicationDefinition;
import io.dialtone.diameter.dictionary.AvpPath;
import io.dialtone.diameter.dictionary.Dictionary;
import io.dialtone.diameter.dictionary.DictionaryFault;
import io.dialtone.diameter.routing.Algorithm;
import io.dialtone.diameter.routing.AvpMatch;
import io.dialtone.diameter.routing.PeerGroup;
import io.dialtone.diameter.routing.Route;
import io.dialtone.diameter.routing.RouteAction;
import io.dialtone.diameter.routing.RouteRule;
import io.dialtone.diameter.routing.RouteTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A file with groups of peers, routes to them, and rules, a line each. Read at start and at each reload, never on the path.
 *
 * <pre>
 *   group hss  hss1.example.net hss2.example.net;weight=50 hss3.example.net;priority=1  algorithm=least-pending sticky=no
 *   route example.net S6a hss                       a realm, .example.net for all below it, or *; an application, or *
 *   rule  vip application=4 Subscription-Id/Subscription-Id-Data prefix 26201 -> group ocs-vip
 *   rule  old Destination-Host equals hss0.example.net -> redirect aaa://hss1.example.net:3868 usage=1 cache=60
 *   rule  off application=3 -> refuse 5003
 * </pre>
 */
final class DiameterRoutesFile {
    private static final String EXPECTED = "group, route or rule";
    private static final String GROUP =
            "group NAME PEER[;weight=N][;priority=N]... [algorithm=ALGORITHM] [sticky=yes|no] [key=AVP-PATH]";
    private static final String ROUTE = "route REALM APPLICATION|* GROUP";
    private static final String RULE =
            "rule NAME [application=APPLICATION] [AVP-PATH equals|prefix|suffix|range VALUE]..."
                    + " -> group NAME | refuse RESULT-CODE | redirect URI... [usage=N] [cache=SECONDS]";
    private static final String ARROW = "->";

    private final List<PeerGroup> groups = new ArrayList<>();
    private final List<Route> routes = new ArrayList<>();
    private final List<RouteRule> rules = new ArrayList<>();
    private final Algorithm algorithm;
    private final boolean sticky;
    private final Dictionary dictionary;

    private DiameterRoutesFile(final Algorithm algorithm, final boolean sticky, final Dictionary dictionary) {
        this.algorithm = algorithm;
        this.sticky = sticky;
        this.dictionary = dictionary;
    }

    /**
     * What its lines say; adds what is wrong with them to the problems.
     *
     * @param algorithm of groups that name none
     * @param sticky whether sessions stay with their peer in groups that do not say
     * @param dictionary where names of AVPs and applications are looked up
     */
    static RouteTable read(
            final Path file,
            final Algorithm algorithm,
            final boolean sticky,
            final Dictionary dictionary,
            final Problems problems) {
        final List<String> lines;
        try {
            lines = Files.readAllLines(file);
        } catch (IOException e) {
            problems.add(file + " cannot be read (expected: a file with a " + EXPECTED + " a line): " + e.getMessage());
            return RouteTable.empty();
        }
        final DiameterRoutesFile routes = new DiameterRoutesFile(algorithm, sticky, dictionary);
        for (int i = 0; i < lines.size(); i++) {
            final String line = lines.get(i).replaceFirst("#.*", "").strip();
            if (line.isEmpty()) {
                continue;
            }
            final String place = file + ":" + (i + 1);
            try {
                routes.add(line);
            } catch (WrongValueException e) {
                problems.wrongValue(place, line, e.expected(), null, "");
            } catch (IllegalArgumentException | DictionaryFault e) {
                problems.add(place + ": " + e.getMessage());
            }
        }
        try {
            return problems.isEmpty() ? new RouteTable(routes.groups, routes.rules, routes.routes) : RouteTable.empty();
        } catch (IllegalArgumentException e) {
            problems.add(file + ": " + e.getMessage());
            return RouteTable.empty();
        }
    }

    private void add(final String line) throws WrongValueException {
        final List<String> words = List.of(line.split("\\s+"));
        switch (words.getFirst()) {
            case "group" -> groups.add(group(words));
            case "route" -> routes.add(route(words));
            case "rule" -> rules.add(rule(words));
            default -> throw new WrongValueException(EXPECTED + ", each with what belongs to it");
        }
    }

    private PeerGroup group(final List<String> words) throws WrongValueException {
        require(words.size() >= 3, GROUP);
        final List<PeerGroup.Member> members = new ArrayList<>();
        Algorithm its = algorithm;
        boolean stays = sticky;
        Optional<AvpPath> key = Optional.empty();
        for (final String word : words.subList(2, words.size())) {
            if (word.startsWith("algorithm=")) {
                its = DiameterLbSettings.ALGORITHM.type().reader().read(valueOf(word));
            } else if (word.startsWith("sticky=")) {
                stays = SettingType.yesOrNo().reader().read(valueOf(word));
            } else if (word.startsWith("key=")) {
                key = Optional.of(AvpPath.parse(valueOf(word), dictionary));
            } else {
                members.add(DiameterPeer.parse(word).member());
            }
        }
        return new PeerGroup(words.get(1), members, its, key, stays);
    }

    private Route route(final List<String> words) throws WrongValueException {
        require(words.size() == 4, ROUTE);
        return new Route(words.get(1), application(words.get(2)), words.get(3));
    }

    private RouteRule rule(final List<String> words) throws WrongValueException {
        final int arrow = words.indexOf(ARROW);
        require(words.size() >= 4 && arrow >= 2 && words.size() >= arrow + 3, RULE);
        OptionalInt application = OptionalInt.empty();
        final List<RouteRule.Condition> conditions = new ArrayList<>();
        int at = 2;
        if (words.get(at).startsWith("application=")) {
            application = application(valueOf(words.get(at)));
            at++;
        }
        require((arrow - at) % 3 == 0, RULE);
        for (; at < arrow; at += 3) {
            conditions.add(new RouteRule.Condition(
                    AvpPath.parse(words.get(at), dictionary), match(words.get(at + 1), words.get(at + 2))));
        }
        return new RouteRule(words.get(1), application, conditions, action(words.subList(arrow + 1, words.size())));
    }

    private static AvpMatch match(final String how, final String value) throws WrongValueException {
        return switch (how) {
            case "equals" -> new AvpMatch.Is(value);
            case "prefix" -> new AvpMatch.BeginsWith(value);
            case "suffix" -> new AvpMatch.EndsWith(value);
            case "range" -> {
                final int dash = value.indexOf('-');
                require(dash > 0, "range FIRST-LAST");
                yield new AvpMatch.Within(
                        number(value.substring(0, dash), "range FIRST-LAST"),
                        number(value.substring(dash + 1), "range FIRST-LAST"));
            }
            default -> throw new WrongValueException(RULE);
        };
    }

    private static RouteAction action(final List<String> words) throws WrongValueException {
        return switch (words.getFirst()) {
            case "group" -> new RouteAction.ToGroup(words.get(1));
            case "refuse" -> new RouteAction.Refuse(wholeNumber(words.get(1), "refuse RESULT-CODE"));
            case "redirect" -> redirect(words.subList(1, words.size()));
            default -> throw new WrongValueException(RULE);
        };
    }

    private static RouteAction redirect(final List<String> words) throws WrongValueException {
        final List<String> hosts = new ArrayList<>();
        int usage = 0;
        long cacheSeconds = 0;
        for (final String word : words) {
            if (word.startsWith("usage=")) {
                usage = wholeNumber(valueOf(word), "usage=N, 0 to " + RouteAction.Redirect.USAGE_MAX);
            } else if (word.startsWith("cache=")) {
                cacheSeconds = number(valueOf(word), "cache=SECONDS");
            } else {
                hosts.add(word);
            }
        }
        return new RouteAction.Redirect(hosts, usage, cacheSeconds);
    }

    private OptionalInt application(final String text) throws WrongValueException {
        if (text.equals("*")) {
            return OptionalInt.empty();
        }
        final Optional<ApplicationDefinition> named = dictionary.application(text);
        if (named.isPresent()) {
            return OptionalInt.of(named.get().id());
        }
        try {
            return OptionalInt.of(Integer.parseUnsignedInt(text));
        } catch (NumberFormatException e) {
            throw new WrongValueException("the name of an application, Gx for instance, its number, or * for all");
        }
    }

    private static int wholeNumber(final String text, final String expected) throws WrongValueException {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new WrongValueException(expected);
        }
    }

    private static long number(final String text, final String expected) throws WrongValueException {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new WrongValueException(expected);
        }
    }

    private static String valueOf(final String option) {
        return option.substring(option.indexOf('=') + 1);
    }

    private static void require(final boolean holds, final String expected) throws WrongValueException {
        if (!holds) {
            throw new WrongValueException(expected);
        }
    }
}
