package io.errata.connectors.event;

import org.jspecify.annotations.Nullable;

/**
 * What one split gave, emitted behind its events.
 *
 * @param split distinct within the resolved window
 * @param input the {@link io.errata.connectors.InputPart#name()} that it belongs to
 * @param read rows or records decoded or rejected
 * @param inWindow of those, events of the window
 * @param filtered of those in the window, events for which the condition was not true
 * @param rejected events emitted with a rejection
 * @param gap what was missing or could not be read to its end, or null
 */
public record SplitReceipt(
    String split,
    String input,
    long read,
    long inWindow,
    long filtered,
    long rejected,
    @Nullable String gap)
    implements SourceRecord {}
