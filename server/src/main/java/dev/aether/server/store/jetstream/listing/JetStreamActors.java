package dev.aether.server.store.jetstream.listing;

import dev.aether.server.codec.ActorTokens;
import dev.aether.server.event.ActorId;
import dev.aether.server.event.LogId;
import dev.aether.server.event.StoreException;
import dev.aether.server.store.Actors;
import dev.aether.server.store.Namespaces;
import dev.aether.server.store.jetstream.format.LogStream;
import dev.aether.server.store.jetstream.format.SubjectCodec;
import dev.aether.server.store.jetstream.read.ActorLog;
import dev.aether.server.store.jetstream.read.ActorLogs;
import dev.aether.server.store.jetstream.registry.CurrentIncarnation;
import dev.aether.server.store.jetstream.wire.JetStreamErrors;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Lists actors by the subjects of a log's stream, or of its snapshot stream. */
public final class JetStreamActors implements Actors {
  private final ActorLogs actors;
  private final Namespaces namespaces;
  private final CurrentIncarnation current;
  private final SubjectBlocks blocks;

  public JetStreamActors(ActorLogs actors, Namespaces namespaces, SubjectBlocks blocks) {
    this.actors = actors;
    this.namespaces = namespaces;
    this.current = new CurrentIncarnation(namespaces, actors.damage());
    this.blocks = blocks;
  }

  @Override
  public CompletableFuture<Page> list(Query query) {
    return current
        .read(
            query.namespace(),
            info ->
                (goesOn(query, info) ? page(query, info) : elsewhere(query))
                    .thenApply(Optional::of),
            Optional.<Page>empty())
        .thenCompose(
            page ->
                page.isPresent() || query.after().isEmpty()
                    ? CompletableFuture.completedFuture(page.orElse(Page.EMPTY))
                    : gone());
  }

  private static boolean goesOn(Query query, Namespaces.Info info) {
    return query.after().isEmpty() || query.after().get().incarnation().equals(info.incarnation());
  }

  /** Looks the namespace up at the leader, since this node's view may be older than the token. */
  private CompletableFuture<Page> elsewhere(Query query) {
    return namespaces
        .look(query.namespace())
        .thenCompose(
            now -> now.isPresent() && goesOn(query, now.get()) ? page(query, now.get()) : gone());
  }

  private static <T> CompletableFuture<T> gone() {
    return CompletableFuture.failedFuture(
        new StoreException.InvalidRequest(
            "page_token", "was issued for a namespace that has since been deleted"));
  }

  private CompletableFuture<Page> page(Query query, Namespaces.Info info) {
    return query.withSnapshot() ? pageOfSnapshots(query, info) : pageOfEvents(query, info);
  }

  private CompletableFuture<Page> pageOfEvents(Query query, Namespaces.Info info) {
    LogStream stream = actors.stream(info);
    String all = SubjectCodec.prefix(info.firstLog());
    return subjects(query, stream.name(), all)
        .thenCompose(found -> withVersions(query, info, all, found, found.asOf()));
  }

  /**
   * Lists the subjects of the snapshot stream, which include those of deleted snapshots. Its
   * positions are unrelated to those of the log.
   */
  private CompletableFuture<Page> pageOfSnapshots(Query query, Namespaces.Info info) {
    String all = SubjectCodec.snapshotPrefix(info.firstLog());
    String log = SubjectCodec.stream(info.firstLog());
    return subjects(query, SubjectCodec.snapshotStream(info), all)
        .thenApply(Optional::of)
        .exceptionallyCompose(thrown -> noneIfStreamNeverExisted(info, thrown))
        .thenCompose(
            found ->
                found.isEmpty()
                    ? CompletableFuture.completedFuture(Page.EMPTY)
                    : actors
                        .api()
                        .info(log)
                        .thenApply(now -> now.getStreamState().getLastSequence())
                        .thenCompose(head -> withVersions(query, info, all, found.get(), head)));
  }

  /**
   * If the stream does not exist, there are no snapshots, provided that the namespace is still the
   * same incarnation.
   */
  private CompletableFuture<Optional<SubjectPages.Page>> noneIfStreamNeverExisted(
      Namespaces.Info info, Throwable thrown) {
    if (!JetStreamErrors.isStreamMissing(JetStreamErrors.failure(thrown))) {
      return CompletableFuture.failedFuture(thrown);
    }
    return namespaces
        .look(info.namespace())
        .thenCompose(
            now ->
                info.isCurrentIn(now)
                    ? CompletableFuture.completedFuture(Optional.empty())
                    : CompletableFuture.failedFuture(thrown));
  }

  /**
   * Reads a page of subjects.
   *
   * @param all the common prefix of all actors' subjects
   */
  private CompletableFuture<SubjectPages.Page> subjects(Query query, String stream, String all) {
    String prefix = all + ActorTokens.encodePrefix(query.prefix());
    String filter = prefix.substring(0, prefix.lastIndexOf('.') + 1) + ">";
    long notBefore = query.after().map(Place::asOf).orElse(Long.MAX_VALUE);
    SubjectPages pages =
        new SubjectPages(
            offset -> blocks.get(new SubjectBlocks.Request(stream, filter, offset), notBefore),
            SubjectBlocks.BLOCK,
            prefix,
            query.after().map(after -> all + after.last()).orElse(""),
            query.maxActors());
    return pages.from(query.after().map(Place::offset).orElse(0));
  }

  /**
   * Converts subjects to a page of actors.
   *
   * @param notBefore the versions must be at least as recent as this sequence of the log
   */
  private CompletableFuture<Page> withVersions(
      Query query, Namespaces.Info info, String all, SubjectPages.Page found, long notBefore) {
    LogId log = info.firstLog();
    LogStream stream = actors.stream(info);
    List<String> subjects =
        found.subjects().stream()
            .map(subject -> SubjectCodec.prefix(log) + subject.substring(all.length()))
            .filter(subject -> SubjectCodec.actor(log, subject).isPresent())
            .toList();
    return new LatestVersions(
            actors.api(),
            actors.batches(),
            stream,
            notBefore,
            subject -> actor(stream, SubjectCodec.actor(log, subject).orElseThrow()))
        .of(subjects)
        .thenApply(
            versions -> {
              List<Listed> actors = new ArrayList<>();
              for (String subject : subjects) {
                Long version = versions.get(subject);
                if (version != null) {
                  actors.add(new Listed(SubjectCodec.actor(log, subject).orElseThrow(), version));
                }
              }
              return new Page(
                  actors,
                  found.isLast() ? Optional.empty() : Optional.of(next(query, info, all, found)));
            });
  }

  private ActorLog actor(LogStream stream, ActorId actor) {
    return actors.of(stream, actor);
  }

  private static Place next(
      Query query, Namespaces.Info info, String all, SubjectPages.Page found) {
    String last = found.subjects().get(found.subjects().size() - 1);
    return new Place(
        info.incarnation(),
        last.substring(all.length()),
        query.after().map(Place::asOf).orElse(found.asOf()),
        found.offset());
  }
}
