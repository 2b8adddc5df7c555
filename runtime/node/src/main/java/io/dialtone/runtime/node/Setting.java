package io.dialtone.runtime.node;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One thing that can be set, with everything the reader, the command line and the documentation need to know of it. Immutable, for any thread.
 *
 * @param key its name in a configuration file, sections divided by dots: {@code sip-lb.loops}
 * @param flag its name on the command line: {@code --loops}
 * @param type how its text is read
 * @param defaultText its default as one would write it, or null where there is none
 * @param reference the RFC section it comes from, or empty
 * @param sentence what it does, for whom, beginning in lower case
 * @param required whether a role that knows it does not start without it
 */
record Setting<T>(
        String key,
        String flag,
        SettingType<T> type,
        @Nullable String defaultText,
        String reference,
        String sentence,
        boolean required) {

    static final String ENVIRONMENT_PREFIX = "DIALTONE_";

    /** The flag of a setting that has none, for instance because a command line can be read by everybody. */
    static final String NO_FLAG = "";

    static <T> Setting<T> optional(
            final String key, final String flag, final SettingType<T> type, final String sentence) {
        return new Setting<>(key, flag, type, null, "", sentence, false);
    }

    static <T> Setting<T> required(
            final String key, final String flag, final SettingType<T> type, final String sentence) {
        return new Setting<>(key, flag, type, null, "", sentence, true);
    }

    static <T> Setting<T> of(
            final String key,
            final String flag,
            final SettingType<T> type,
            final String defaultText,
            final String sentence) {
        return new Setting<>(key, flag, type, defaultText, "", sentence, false);
    }

    Setting<T> reference(final String rfc) {
        return new Setting<>(key, flag, type, defaultText, rfc, sentence, required);
    }

    /** Its name in the environment: {@code DIALTONE_SIP_LB_LOOPS}. */
    String environmentName() {
        return ENVIRONMENT_PREFIX
                + key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
    }
}
