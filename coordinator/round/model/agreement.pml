/*
 * The agreement of a round, for a committee of N = 4 with one member of any behaviour, over two views: no two
 * entries are certified. Spin explores every schedule.
 *
 * What stands here is what coordinator/round does: prepare and commit of vote.ts, the lock, the view change of
 * views.ts and view-changes.ts, the evidence of proposal.ts. The names are the same.
 *
 * What is left out makes the model weaker than the code, never stronger:
 * - Messages are sets that only grow, and a member acts on any part of them at any time: this covers loss, delay,
 *   duplication and reordering.
 * - There is no leader: each member takes, in each view, any value that the evidence allows. This covers a leader
 *   that tells everybody another story, and members whose own verdicts differ.
 * - The faulty member has said everything that it could sign, to everybody: votes for both values in each view, and
 *   view changes with any lock whose evidence exists.
 * - A crash between two steps changes nothing, since votes and locks are on disk before they are sent; what happens
 *   where they are not is one of the mistakes below.
 *
 * Mistakes to be found, each by a -D of the same name:
 *   LOCK_FORGOTTEN   a view change does not tell the lock
 *   LOCK_UNCHECKED   a lock counts without a quorum of prepares
 *   LOCK_LOWEST      the lock of the lowest view binds, not that of the highest
 *   VOTE_FORGOTTEN   after a restart a member votes anew in a view in which it has voted
 *   VIEW_LEFT        a member still commits in a view that it has left
 *   QUORUM_SMALL     F + 1 votes decide
 */

#ifndef N
#define N 4
#endif
#ifndef VIEWS
#define VIEWS 2
#endif

/* As in protocol/quorum.ts. */
#define F ((N - 1) / 3)
#ifdef QUORUM_SMALL
#define QUORUM (F + 1)
#else
#define QUORUM ((N + F + 2) / 2)
#endif

#define HONEST (N - F)
#define NOTHING 0 /* and two values, 1 and 2: an entry and its sibling of the other outcome */
#define VALUES 2

#define AT(member, view) ((member) * VIEWS + (view))
#define COUNTED(view, value) ((view) * (VALUES + 1) + (value))

byte view[HONEST];
byte lockView[HONEST], lockValue[HONEST];

byte prepared[HONEST * VIEWS];  /* the value, or NOTHING */
byte committed[HONEST * VIEWS];
bit changed[HONEST * VIEWS];    /* whether the view change into a view is said, and the lock that it tells */
byte toldView[HONEST * VIEWS], toldValue[HONEST * VIEWS];

/* Votes of honest members. */
byte prepares[VIEWS * (VALUES + 1)], commits[VIEWS * (VALUES + 1)];
byte certified;

#ifdef VOTE_FORGOTTEN
#define SAID(member, view, value) (AT(member, view) * (VALUES + 1) + (value))
bit said[HONEST * VIEWS * (VALUES + 1)];
#endif

/* With what the faulty ones have said. */
#define isQuorum(votes) ((votes) + F >= QUORUM)

/* Whether a lock can be shown: a quorum of prepares of its view for its value. */
#ifdef LOCK_UNCHECKED
#define isSound(v, value) (true)
#else
#define isSound(v, value) (isQuorum(prepares[COUNTED(v, value)]))
#endif

#ifdef LOCK_LOWEST
#define binds(v) (boundValue == NOTHING || (v) < boundView)
#else
#define binds(v) (boundValue == NOTHING || (v) > boundView)
#endif

/* Of two locks of one view, either may stand first. */
inline note(v, value) {
  if
  :: value != NOTHING && (binds(v) || (v) == boundView) -> boundView = v; boundValue = value
  :: value == NOTHING || !binds(v)
  fi
}

/* Any view changes into `v` that a leader may hand over, those of the faulty members among them. */
inline takeEvidence(v) {
  size = 0; boundView = 0; boundValue = NOTHING;
  other = 0;
  do
  :: other < HONEST ->
    if
    :: changed[AT(other, v)] -> size++; note(toldView[AT(other, v)], toldValue[AT(other, v)])
    :: true
    fi;
    other++
  :: else -> break
  od;
  other = 0;
  do
  :: other < F ->
    if
    :: size++;
      /* A lock of any earlier view that can be shown, or none. */
      earlier = 0;
      do
      :: earlier < v && isSound(earlier, 1) -> note(earlier, 1); break
      :: earlier < v && isSound(earlier, 2) -> note(earlier, 2); break
      :: earlier < v -> earlier++
      :: earlier >= v -> break
      od
    :: true
    fi;
    other++
  :: else -> break
  od
}

inline prepare(v, value) {
  prepared[AT(self, v)] = value;
#ifdef VOTE_FORGOTTEN
  if
  :: said[SAID(self, v, value)]
  :: else -> said[SAID(self, v, value)] = 1; prepares[COUNTED(v, value)]++
  fi
#else
  prepares[COUNTED(v, value)]++
#endif
}

inline certify(v, value) {
  if
  :: isQuorum(commits[COUNTED(v, value)]) ->
    assert(certified == NOTHING || certified == value);
    certified = value
  :: else
  fi
}

/* A quorum of prepares locks, then comes the commit. */
inline commit(v, value) {
  lockView[self] = v; lockValue[self] = value;
  committed[AT(self, v)] = value;
  commits[COUNTED(v, value)]++;
  certify(v, value)
}

#ifdef VIEW_LEFT
#define mayCommit(v) ((v) <= view[self])
#else
#define mayCommit(v) ((v) == view[self])
#endif

active [HONEST] proctype Member() {
  byte self = _pid;
  byte size, boundView, boundValue, other, earlier, v;
  do
  /* The first view: the proposal, with this member's own verdict. */
  :: atomic { view[self] == 0 && prepared[AT(self, 0)] == NOTHING ->
      if
      :: prepare(0, 1)
      :: prepare(0, 2)
      fi }

  /* A later one: what the highest lock among a quorum of view changes binds to, or anything where there is none. */
  :: atomic { view[self] > 0 && prepared[AT(self, view[self])] == NOTHING ->
      takeEvidence(view[self]);
      if
      :: size < QUORUM
      :: size >= QUORUM && boundValue != NOTHING -> prepare(view[self], boundValue)
      :: size >= QUORUM && boundValue == NOTHING -> prepare(view[self], 1)
      :: size >= QUORUM && boundValue == NOTHING -> prepare(view[self], 2)
      fi;
      size = 0; boundView = 0; boundValue = NOTHING; other = 0; earlier = 0 }

  :: atomic { v = 0;
      do
      :: v < VIEWS && mayCommit(v) && committed[AT(self, v)] == NOTHING && isQuorum(prepares[COUNTED(v, 1)]) ->
        commit(v, 1); break
      :: v < VIEWS && mayCommit(v) && committed[AT(self, v)] == NOTHING && isQuorum(prepares[COUNTED(v, 2)]) ->
        commit(v, 2); break
      :: v < VIEWS -> v++
      :: v >= VIEWS -> break
      od;
      v = 0 }

  /* The view's time is over, whatever was seen of it. */
  :: atomic { view[self] + 1 < VIEWS ->
      view[self]++;
      changed[AT(self, view[self])] = 1;
#ifndef LOCK_FORGOTTEN
      toldView[AT(self, view[self])] = lockView[self];
      toldValue[AT(self, view[self])] = lockValue[self]
#endif
    }

#ifdef VOTE_FORGOTTEN
  :: atomic { prepared[AT(self, view[self])] != NOTHING -> prepared[AT(self, view[self])] = NOTHING }
#endif
  od
}
