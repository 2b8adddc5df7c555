package io.dialtone.state.replication;

import io.dialtone.state.api.SlotAuthority;
import io.dialtone.state.api.SlotCommand;
import io.dialtone.state.api.SlotMap;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What a worker asks of the registry: collected in a turn, asked for together, and asked again after a while if the slot's entry is still the same. Called only by the
 * owning worker.
 */
@SuppressWarnings("EnumOrdinal") // places in arrays of one process; never stored, never sent
final class Proposals {
    private static final int KINDS = SlotCommand.Kind.values().length;

    private final SlotAuthority authority;
    private final int member;
    private final long incarnation;
    private final long intervalNs;
    /** For each kind and slot when it was last asked for, and of which version. */
    private final long[][] askedNs;

    private final long[][] askedVersion;
    private final List<Wish> wishes = new ArrayList<>();

    private record Wish(SlotCommand.Kind kind, int about, SlotCommand.Claim claim) {}

    Proposals(
            final SlotAuthority authority,
            final int member,
            final long incarnation,
            final int slots,
            final long intervalNs) {
        this.authority = authority;
        this.member = member;
        this.incarnation = incarnation;
        this.intervalNs = intervalNs;
        askedNs = new long[KINDS][slots];
        askedVersion = new long[KINDS][slots];
        for (final long[] versions : askedVersion) {
            Arrays.fill(versions, -1);
        }
    }

    /** Wishes for a change of a slot as it is in this map. True if it will be asked for now, and was not lately. */
    boolean wish(final SlotCommand.Kind kind, final SlotMap map, final int slot, final int about, final long nowNs) {
        final long version = map.entry(slot).version();
        final long[] versions = askedVersion[kind.ordinal()];
        final long[] times = askedNs[kind.ordinal()];
        if (versions[slot] == version && nowNs - times[slot] < intervalNs) {
            return false;
        }
        versions[slot] = version;
        times[slot] = nowNs;
        wishes.add(new Wish(kind, about, new SlotCommand.Claim(slot, version)));
        return true;
    }

    /** Asks for what was wished for, slots of the same kind together. */
    void propose() {
        while (!wishes.isEmpty()) {
            final Wish first = wishes.getFirst();
            final List<SlotCommand.Claim> claims = new ArrayList<>();
            wishes.removeIf(wish -> {
                final boolean isSame = wish.kind() == first.kind() && wish.about() == first.about();
                if (isSame) {
                    claims.add(wish.claim());
                }
                return isSame;
            });
            authority.propose(new SlotCommand.Change(first.kind(), member, incarnation, first.about(), claims));
        }
    }
}
