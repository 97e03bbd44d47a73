package io.errata.connectors.event;

/** What a source of a window emits. */
public sealed interface SourceRecord permits EventRecord, EventBlock, SplitReceipt {}
