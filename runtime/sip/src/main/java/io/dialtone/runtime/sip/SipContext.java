package io.dialtone.runtime.sip;

import io.dialtone.api.ServiceDescriptor;
import io.dialtone.placement.table.SipHash;
import io.dialtone.placement.table.SlotToken;
import io.dialtone.runtime.engine.CounterSet;
import io.dialtone.sip.codec.SipLimits;
import io.dialtone.sip.locate.Locator;

/**
 * What SIP on one worker works with. Finished before the worker starts.
 *
 * @param settings timers and limits
 * @param limits what a message may be
 * @param service the service that runs here
 * @param tokens writes the token that leads requests of a dialog back to its slot
 * @param tagHash keyed function for To tags, with a key of this process's start, so that tags differ after a restart
 * @param edges addresses for Contact
 * @param digest how requests are asked for credentials
 * @param calls is told of calls that have ended
 * @param counters where SIP counts
 * @param locator finds the servers of names
 * @param chain the services of its worker
 * @param place which of them this is for; the first, or only, one is 1
 */
public record SipContext(
        SipSettings settings,
        SipLimits limits,
        ServiceDescriptor service,
        SlotToken tokens,
        SipHash tagHash,
        EdgeAddresses edges,
        DigestContext digest,
        CallLog calls,
        CounterSet<SipCounter> counters,
        Locator locator,
        Chain chain,
        int place) {

    /** For a service that is the only one of its worker, or will be {@linkplain #inChain given its place}. */
    public SipContext(
            final SipSettings settings,
            final SipLimits limits,
            final ServiceDescriptor service,
            final SlotToken tokens,
            final SipHash tagHash,
            final EdgeAddresses edges,
            final DigestContext digest,
            final CallLog calls,
            final CounterSet<SipCounter> counters,
            final Locator locator) {
        this(
                settings,
                limits,
                service,
                tokens,
                tagHash,
                edges,
                digest,
                calls,
                counters,
                locator,
                Chain.ALONE,
                Chain.FIRST);
    }

    /** The same at a place of a chain. */
    SipContext inChain(final Chain itsChain, final int itsPlace) {
        return new SipContext(
                settings, limits, service, tokens, tagHash, edges, digest, calls, counters, locator, itsChain,
                itsPlace);
    }

    /** What its URIs say besides those of a service that is the only one. */
    byte[] uriParam() {
        return chain.param(place);
    }

    /** For services that ask nobody for credentials, and whose calls nobody counts. */
    public SipContext(
            final SipSettings settings,
            final SipLimits limits,
            final ServiceDescriptor service,
            final SlotToken tokens,
            final SipHash tagHash,
            final EdgeAddresses edges,
            final CounterSet<SipCounter> counters) {
        this(
                settings,
                limits,
                service,
                tokens,
                tagHash,
                edges,
                DigestContext.none(),
                CallLog.NONE,
                counters,
                Locator.none());
    }
}
