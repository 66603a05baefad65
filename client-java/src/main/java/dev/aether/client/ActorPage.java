package dev.aether.client;

import java.util.List;

/**
 * A page of a list of actors.
 *
 * @param actors the actors of the page; may be empty although there is a next page
 * @param nextPageToken asks for the next page; empty: this is the last
 */
public record ActorPage(List<ActorSummary> actors, String nextPageToken) {
  /** Copies the actors. */
  public ActorPage {
    actors = List.copyOf(actors);
  }
}
