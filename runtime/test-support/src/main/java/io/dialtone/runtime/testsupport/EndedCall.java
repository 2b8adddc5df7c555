package io.dialtone.runtime.testsupport;

import io.dialtone.runtime.sip.CallRecord;

/**
 * What a node has told of a call that has ended.
 *
 * @param node the one that has told
 */
public record EndedCall(
        String node,
        long session,
        String leg,
        String callId,
        String from,
        String to,
        int status,
        CallRecord.EndedBy endedBy,
        boolean isAnswered,
        boolean isProxied,
        String target,
        int takeOvers,
        long beganNs,
        long endedNs) {}
