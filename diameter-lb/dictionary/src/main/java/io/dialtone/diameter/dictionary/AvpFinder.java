package io.dialtone.diameter.dictionary;

import io.dialtone.diameter.codec.AvpCursor;
import io.dialtone.diameter.codec.DiameterMessage;
import java.util.List;
import org.agrona.DirectBuffer;

/**
 * Finds the place that an {@link AvpPath} names in message after message, for affinity and routing rules. Called on the message path by one thread; what it has found is valid as long as
 * the message's bytes.
 *
 * <p>It takes the first AVP that fits, and goes back where a group fits but lacks the rest of the path. Nothing in a message makes it throw or allocate, and it looks at no more than
 * {@link #VISITS_MAX} AVPs of one: a message full of groups that nearly fit is given up, as if nothing were there.
 */
public final class AvpFinder {
    /** AVPs that are looked at in one message, each time that they are. */
    public static final int VISITS_MAX = 2048;

    private final int[] vendorIds;
    private final int[] codes;
    private final AvpCondition[][] conditions;
    private final AvpCursor[] cursors;
    private final AvpCursor members = new AvpCursor();

    private int level;
    private int visits;
    private boolean found;

    AvpFinder(final List<AvpPath.Step> steps) {
        vendorIds = steps.stream().mapToInt(AvpPath.Step::vendorId).toArray();
        codes = steps.stream().mapToInt(AvpPath.Step::code).toArray();
        conditions = steps.stream()
                .map(step -> step.conditions().toArray(AvpCondition[]::new))
                .toArray(AvpCondition[][]::new);
        cursors = steps.stream().map(step -> new AvpCursor()).toArray(AvpCursor[]::new);
    }

    /** Finds the first such AVP of a message that has been parsed. */
    public boolean find(final DiameterMessage message) {
        message.avps(cursors[0]);
        return begin();
    }

    /** Finds the first such AVP in these bytes, which are AVPs. */
    public boolean find(final DirectBuffer buffer, final int offset, final int length) {
        cursors[0].wrap(buffer, offset, length);
        return begin();
    }

    private boolean begin() {
        level = 0;
        visits = 0;
        found = false;
        return findNext();
    }

    /** Finds the next one of the same message, after one has been found. */
    public boolean findNext() {
        found = false;
        while (level >= 0) {
            final AvpCursor cursor = cursors[level];
            if (visits >= VISITS_MAX || !cursor.next()) {
                level--;
                continue;
            }
            visits++;
            if (!cursor.is(codes[level], vendorIds[level]) || !fits(cursor, conditions[level])) {
                continue;
            }
            if (level == cursors.length - 1) {
                found = true;
                return true;
            }
            if (cursor.enter(cursors[level + 1])) {
                level++;
            }
        }
        return false;
    }

    private boolean fits(final AvpCursor cursor, final AvpCondition[] all) {
        for (final AvpCondition condition : all) {
            if (condition.isOfMember() ? !hasMember(cursor, condition) : !condition.isMetBy(cursor)) {
                return false;
            }
        }
        return true;
    }

    private boolean hasMember(final AvpCursor group, final AvpCondition condition) {
        if (!group.enter(members)) {
            return false;
        }
        while (visits < VISITS_MAX && members.next()) {
            visits++;
            if (condition.isMetBy(members)) {
                return true;
            }
        }
        return false;
    }

    /** Whether the last search ended because it had looked at as many AVPs as it may. */
    public boolean isGivenUp() {
        return !found && visits >= VISITS_MAX;
    }

    /** The memory that the value is in. */
    public DirectBuffer buffer() {
        return cursors[cursors.length - 1].buffer();
    }

    /** Where the value of what was found begins; -1 if nothing was. */
    public int valueOffset() {
        return found ? cursors[cursors.length - 1].valueOffset() : -1;
    }

    /** Bytes of the value of what was found; 0 if nothing was. */
    public int valueLength() {
        return found ? cursors[cursors.length - 1].valueLength() : 0;
    }

    /** The value of what was found as a number from 0 to 2^32 - 1; -1 if nothing was, or it does not have four bytes. */
    public long unsigned32() {
        return found ? cursors[cursors.length - 1].unsigned32() : -1;
    }
}
