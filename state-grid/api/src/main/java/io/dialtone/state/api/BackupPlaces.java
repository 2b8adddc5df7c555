package io.dialtone.state.api;

import java.util.List;
import java.util.function.Predicate;

/**
 * How well a slot's backups are placed: on members that stay, apart from the owner, apart from each other. Members are meant by their place in the list. Used by one
 * planner.
 */
final class BackupPlaces {
    /** More than any set of backups costs. */
    static final long COST_MAX = 1_000_000;

    // Each outweighs all of the next that one set can have.
    private static final int NO_TAKER = 10_000;
    private static final int ON_OWNERS_HOST = 1_000;
    private static final int IN_OWNERS_ZONE = 100;
    private static final int ON_ONE_HOST = 10;
    private static final int IN_ONE_ZONE = 1;

    private final GridMember[] members;
    private final boolean[] isTaker;
    private final int takers;

    BackupPlaces(final List<GridMember> list) {
        members = list.toArray(new GridMember[0]);
        isTaker = new boolean[members.length];
        int staying = choose(member -> !member.isDraining() && !member.isOutOfReach());
        staying = staying > 0 ? staying : choose(member -> !member.isDraining());
        staying = staying > 0 ? staying : choose(member -> !member.isOutOfReach());
        takers = staying > 0 ? staying : choose(member -> true);
    }

    private int choose(final Predicate<GridMember> which) {
        int chosen = 0;
        for (int i = 0; i < members.length; i++) {
            isTaker[i] = which.test(members[i]);
            chosen += isTaker[i] ? 1 : 0;
        }
        return chosen;
    }

    int number(final int index) {
        return members[index].number();
    }

    int indexOf(final int number) {
        int low = 0;
        int high = members.length - 1;
        while (low < high) {
            final int middle = (low + high) >>> 1;
            if (members[middle].number() < number) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        assert members[low].number() == number : "no member " + number;
        return low;
    }

    /** True if it may be given slots: it is not draining and within reach of all edges, or nobody is both. */
    boolean isTaker(final int member) {
        return isTaker[member];
    }

    int takers() {
        return takers;
    }

    /** What is wrong with these backups of this owner; 0 when nothing is. */
    long cost(final int owner, final int[] backups, final int size) {
        return cost(owner, backups, size, -1);
    }

    private long cost(final int owner, final int[] backups, final int size, final int without) {
        long cost = 0;
        for (int i = 0; i < size; i++) {
            if (i == without) {
                continue;
            }
            final GridMember backup = members[backups[i]];
            cost += isTaker[backups[i]] ? 0 : NO_TAKER;
            cost += isOnOneHost(backup, members[owner]) ? ON_OWNERS_HOST : 0;
            cost += isInOneZone(backup, members[owner]) ? IN_OWNERS_ZONE : 0;
            for (int j = 0; j < i; j++) {
                if (j != without) {
                    cost += isOnOneHost(backup, members[backups[j]]) ? ON_ONE_HOST : 0;
                    cost += isInOneZone(backup, members[backups[j]]) ? IN_ONE_ZONE : 0;
                }
            }
        }
        return cost;
    }

    /** The place in the set of the backup without which the others are placed best; of equals the first. */
    int worst(final int owner, final int[] backups, final int size) {
        int worst = 0;
        long best = Long.MAX_VALUE;
        for (int i = 0; i < size; i++) {
            final long cost = cost(owner, backups, size, i);
            if (cost < best) {
                best = cost;
                worst = i;
            }
        }
        return worst;
    }

    /** Takes the worst out until the set has the wanted size; says which size it has. */
    int trim(final int owner, final int[] backups, final int size, final int wanted) {
        int left = size;
        while (left > wanted) {
            final int gone = worst(owner, backups, left);
            System.arraycopy(backups, gone + 1, backups, gone, left - gone - 1);
            left--;
        }
        return left;
    }

    private static boolean isOnOneHost(final GridMember one, final GridMember other) {
        return one.host().equals(other.host());
    }

    private static boolean isInOneZone(final GridMember one, final GridMember other) {
        return one.zone().equals(other.zone());
    }
}
