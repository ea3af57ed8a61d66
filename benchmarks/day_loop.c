/* The day loop a good programmer would write by hand for one kind of war: every economy matches every partner
   (a day to answer, charged at once), truces with uncertain windows suspend what was added, shocks arrive at
   random and stay. A draw's windows and arrivals first, then a loop over its days. The random numbers are
   tradesim's: Philox 4x32-10 keyed by (seed, draw, number, stream). Compiled with -DN=… -DDAYS=…. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#define MOST 512 /* arrivals of a stream */
#define CELLS 16384
#define YEAR 365.25
#define DUST 1e-12

typedef struct {
    int64_t streams, truces;
    const int64_t *shock_pair, *shock_stream; /* (streams, 2), (streams) */
    const double *shock_rate, *shock_sizes;   /* a year; (streams, CELLS + 1) */
    const uint8_t *truce_parties;             /* (truces, N) */
    const double *truce_window;               /* (truces, 4): start, length, and how uncertain each is */
    const int64_t *truce_stream;              /* (2, truces): of starts, of lengths */
    double ratio, cap;
} war;

typedef struct {
    int64_t count, day[MOST + 1];
    double size[MOST];
} arrivals;

static inline void philox(uint64_t seed, uint64_t draw, uint32_t number, uint32_t stream, double *u, double *v)
{
    uint32_t c0 = (uint32_t)draw, c1 = (uint32_t)(draw >> 32), c2 = number, c3 = stream;
    uint32_t k0 = (uint32_t)seed, k1 = (uint32_t)(seed >> 32);
    for (int round = 0; round < 10; round++) {
        uint64_t first = (uint64_t)c0 * 0xD2511F53u, second = (uint64_t)c2 * 0xCD9E8D57u;
        c0 = (uint32_t)(second >> 32) ^ c1 ^ k0;
        c1 = (uint32_t)second;
        c2 = (uint32_t)(first >> 32) ^ c3 ^ k1;
        c3 = (uint32_t)first;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    *u = (double)(((uint64_t)c0 << 32 | c1) >> 11) * 0x1p-53;
    *v = (double)(((uint64_t)c2 << 32 | c3) >> 11) * 0x1p-53;
}

static void draw_windows(const war *w, uint64_t seed, uint64_t draw, int64_t *start, int64_t *end)
{
    double u, v;
    for (int64_t k = 0; k < w->truces; k++) {
        const double *window = w->truce_window + 4 * k;
        philox(seed, draw, 0, (uint32_t)w->truce_stream[k], &u, &v);
        start[k] = (int64_t)(window[0] + floor(u * (window[2] + 1.0)));
        philox(seed, draw, 0, (uint32_t)w->truce_stream[w->truces + k], &u, &v);
        end[k] = start[k] + (int64_t)(window[1] + floor(u * (window[3] + 1.0)));
    }
}

static void draw_arrivals(const war *w, uint64_t seed, uint64_t draw, arrivals *of)
{
    for (int64_t h = 0; h < w->streams; h++) {
        const double *knots = w->shock_sizes + h * (CELLS + 1);
        double time = 0.0, u, v;
        int64_t count = 0;
        while (w->shock_rate[h] > 0.0 && count < MOST) {
            philox(seed, draw, (uint32_t)count, (uint32_t)w->shock_stream[h], &u, &v);
            time -= log(1.0 - u) * YEAR / w->shock_rate[h];
            if (time >= DAYS)
                break;
            int64_t cell = (int64_t)(v * CELLS);
            of[h].day[count] = (int64_t)time;
            of[h].size[count++] = knots[cell] + (v * CELLS - cell) * (knots[cell + 1] - knots[cell]);
        }
        of[h].count = count;
        of[h].day[count] = DAYS;
    }
}

/* Fill duty (DAYS, N, N) and truce (DAYS, truces). */
static void play_days(const war *w, const arrivals *of, const int64_t *start, const int64_t *end,
                      double (*restrict duty)[N][N], uint8_t *restrict truce)
{
    double known[N][N] = {{0}}, answer[N][N] = {{0}}, announced[2][N][N] = {{{0}}};
    int64_t next[w->streams + 1];
    uint8_t still[N][N];
    for (int64_t h = 0; h < w->streams; h++)
        next[h] = 0;
    for (int t = 0; t < DAYS; t++) {
        double (*yesterday)[N] = announced[t & 1], (*today)[N] = announced[~t & 1];
        for (int i = 0; i < N; i++)
            for (int j = 0; j < N; j++)
                still[i][j] = 0;
        for (int64_t k = 0; k < w->truces; k++) {
            const uint8_t *party = w->truce_parties + N * k;
            uint8_t held = start[k] <= t && t < end[k];
            truce[t * w->truces + k] = held;
            if (held)
                for (int i = 0; i < N; i++)
                    for (int j = 0; j < N; j++)
                        still[i][j] |= party[i] & party[j];
        }
        for (int64_t h = 0; h < w->streams; h++)
            while (of[h].day[next[h]] == t)
                known[w->shock_pair[2 * h]][w->shock_pair[2 * h + 1]] += of[h].size[next[h]++];
        for (int i = 0; i < N; i++)
            for (int j = 0; j < N; j++) {
                double seen = i != j && yesterday[j][i] > DUST ? yesterday[j][i] : 0.0;
                double wanted = fmin(w->ratio * seen, w->cap);
                answer[i][j] = still[i][j] ? answer[i][j] : fmax(wanted - known[i][j], 0.0);
                today[i][j] = known[i][j] + answer[i][j];
                duty[t][i][j] = still[i][j] ? 0.0 : today[i][j];
            }
    }
}

/* Play draws first to first + count into duty (count, DAYS, N, N) and truce (count, DAYS, truces). */
void paths(const war *w, uint64_t seed, int64_t first, int64_t count, double *duty, uint8_t *truce)
{
    arrivals *of = malloc((w->streams + 1) * sizeof *of);
    int64_t start[w->truces + 1], end[w->truces + 1];
    for (int64_t s = 0; s < count; s++) {
        draw_windows(w, seed, first + s, start, end);
        draw_arrivals(w, seed, first + s, of);
        play_days(w, of, start, end, (double (*)[N][N])(duty + s * DAYS * N * N), truce + s * DAYS * w->truces);
    }
    free(of);
}

/* The same with the numbers of one draw, drawn once: the days without the random numbers. */
void days_only(const war *w, uint64_t seed, int64_t first, int64_t count, double *duty, uint8_t *truce)
{
    arrivals *of = malloc((w->streams + 1) * sizeof *of);
    int64_t start[w->truces + 1], end[w->truces + 1];
    draw_windows(w, seed, first, start, end);
    draw_arrivals(w, seed, first, of);
    for (int64_t s = 0; s < count; s++)
        play_days(w, of, start, end, (double (*)[N][N])(duty + s * DAYS * N * N), truce + s * DAYS * w->truces);
    free(of);
}

/* Play draws and keep only how many charge how much: counts (DAYS, N, N, bins), held (DAYS, truces). */
void counted(const war *w, uint64_t seed, int64_t first, int64_t count, int64_t bins, double scale,
             int32_t *counts, int32_t *held)
{
    arrivals *of = malloc((w->streams + 1) * sizeof *of);
    double (*duty)[N][N] = malloc(DAYS * sizeof *duty);
    uint8_t *truce = malloc(DAYS * (w->truces + 1));
    int64_t start[w->truces + 1], end[w->truces + 1];
    for (int64_t s = 0; s < count; s++) {
        draw_windows(w, seed, first + s, start, end);
        draw_arrivals(w, seed, first + s, of);
        play_days(w, of, start, end, duty, truce);
        for (int t = 0; t < DAYS; t++)
            for (int i = 0; i < N; i++)
                for (int j = 0; j < N; j++)
                    if (i != j) {
                        int64_t place = (int64_t)(duty[t][i][j] * scale);
                        counts[((t * N + i) * N + j) * bins + (place < bins - 1 ? place : bins - 1)]++;
                    }
        for (int64_t x = 0; x < DAYS * w->truces; x++)
            held[x] += truce[x];
    }
    free(truce);
    free(duty);
    free(of);
}

void triad(int64_t size, double *restrict a, const double *restrict b, const double *restrict c)
{
    for (int64_t x = 0; x < size; x++)
        a[x] = b[x] + 3.0 * c[x];
}
