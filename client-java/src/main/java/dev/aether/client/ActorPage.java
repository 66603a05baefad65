package dev.aether.client;

import java.util.List;

/**
 * A page of a list of actors.
 *
 * @param actors the actors on the page; may be empty even if there is a next page
 * @param nextPageToken requests the next page; empty on the last page
 */
public record ActorPage(List<ActorSummary> actors, String nextPageToken) {
  /** Copies the actors. */
  public ActorPage {
    actors = List.copyOf(actors);
  }
}
