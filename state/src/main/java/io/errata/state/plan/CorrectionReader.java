package io.errata.state.plan;

/** Reads corrections one after another. */
public interface CorrectionReader extends EntryReader<Correction> {}
