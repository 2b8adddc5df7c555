package io.dialtone.sip.routing;

import io.dialtone.api.link.LinkEndpoint;
import io.dialtone.placement.table.SlotTableHolder;

/** The collaborators of one I/O thread's {@link EdgeRouter}; what is shared with other threads is so by design. */
record EdgeLoop(
        SipEgress egress,
        RouteTap tap,
        LinkEndpoint link,
        SlotTableHolder slots,
        SlotFinder finder,
        EdgeKeys keys,
        FlowNames names,
        AffinityMemory memory,
        EdgeCounters counters,
        LatencyHistogram answers) {}
