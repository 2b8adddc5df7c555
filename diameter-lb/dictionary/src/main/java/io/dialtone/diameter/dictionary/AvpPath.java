package io.dialtone.diameter.dictionary;

import java.util.ArrayList;
import java.util.List;

/**
 * A place in messages that an operator names, such as {@code Subscription-Id[Subscription-Id-Type=END_USER_IMSI]/Subscription-Id-Data}; compiled at the start, for rules that are applied on
 * the message path. Immutable, and safe to share between threads, of which each has a {@link #finder()} of its own.
 *
 * <pre>
 *   path      = step *( "/" step )
 *   step      = avp *( "[" condition "]" )
 *   avp       = [ VENDOR ":" ] ( NAME / CODE )      name of the dictionary, or number; also of an AVP that no dictionary knows
 *   condition = [ avp ] "=" value                   a member, or without avp this AVP itself, has this value
 *   value     = "'" any but "'" "'" / any but "]"
 * </pre>
 *
 * <p>A value is a number, or the name of one, where the AVP is a number; an IP address where it is an Address; else text, or bytes as {@code 0x0123} where it is an OctetString. DiameterIdentities
 * are the same in upper and lower case.
 */
public final class AvpPath {
    /** AVPs of a path: groups, and what is in the last of them. */
    public static final int STEPS_MAX = 8;
    /** Of each of them. */
    public static final int CONDITIONS_MAX = 4;

    private static final int CHARS_MAX = 1000;

    record Step(int vendorId, int code, List<AvpCondition> conditions) {}

    private final String text;
    private final List<Step> steps;
    private final AvpDefinition target;

    private AvpPath(final String text, final List<Step> steps, final AvpDefinition target) {
        this.text = text;
        this.steps = List.copyOf(steps);
        this.target = target;
    }

    /**
     * Compiles a path.
     *
     * @throws DictionaryFault if it is none, or names what the dictionary does not know
     */
    public static AvpPath parse(final String text, final Dictionary dictionary) {
        if (text.length() > CHARS_MAX) {
            throw new DictionaryFault(
                    new DictionaryPlace(text.substring(0, CHARS_MAX) + "...", 0),
                    "too long",
                    "at most " + CHARS_MAX + " characters");
        }
        final AvpPathParser parser = new AvpPathParser(text, dictionary);
        final List<Step> steps = new ArrayList<>();
        AvpDefinition avp;
        do {
            avp = parser.avp();
            final List<AvpCondition> conditions = new ArrayList<>();
            while (parser.tryRead('[')) {
                conditions.add(parser.condition(avp));
            }
            steps.add(new Step(avp.vendorId(), avp.code(), List.copyOf(conditions)));
            if (steps.size() > STEPS_MAX || conditions.size() > CONDITIONS_MAX) {
                throw parser.fault("too long", "at most " + STEPS_MAX + " AVPs with " + CONDITIONS_MAX + " conditions");
            }
        } while (parser.tryStepInto(avp));
        return new AvpPath(text, steps, avp);
    }

    /** What finds the place in messages; one per thread. */
    public AvpFinder finder() {
        return new AvpFinder(steps);
    }

    /** The AVP that the path leads to; if only its code is known, it has the code as its name and is an OctetString. */
    public AvpDefinition target() {
        return target;
    }

    /** As it was written. */
    @Override
    public String toString() {
        return text;
    }
}
