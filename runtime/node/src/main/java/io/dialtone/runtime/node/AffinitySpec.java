package io.dialtone.runtime.node;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** How an operator names an affinity rule. */
final class AffinitySpec {
    private static final List<String> WORDS = List.of("call-id", "from-user", "to-user", "request-uri-user");
    private static final String HEADER = "header:";
    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9.!%*_+`'~-]+");
    private static final String EXPECTED = String.join(", ", WORDS) + " or header:NAME";

    static final SettingType<String> TYPE = new SettingType<>("RULE", EXPECTED, AffinitySpec::parse, false, WORDS);

    private AffinitySpec() {}

    private static String parse(final String text) throws WrongValueException {
        final String lower = text.toLowerCase(Locale.ROOT);
        if (WORDS.contains(lower)) {
            return lower;
        }
        if (lower.startsWith(HEADER)
                && TOKEN.matcher(lower.substring(HEADER.length())).matches()) {
            return lower;
        }
        throw new WrongValueException(EXPECTED);
    }
}
